// SPDX-License-Identifier: Apache-2.0
// The MCP servers behind the gateway: three real ones from npm and the gateway's own demo server.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { binary, node, packages } from './paths.mjs';

/// Children in the form of the gateway's configuration. Each gateway gets its own directory, so
/// that the filesystem and memory servers of two tests never meet.
export async function realServers(directory) {
    const files = join(directory, 'files');
    await mkdir(files, { recursive: true });
    const script = (name) => join(packages, `server-${name}`, 'dist/index.js');
    return [
        { name: 'everything', command: node, args: [script('everything')] },
        { name: 'filesystem', command: node, args: [script('filesystem'), files] },
        {
            name: 'memory',
            command: node,
            args: [script('memory')],
            env: { MEMORY_FILE_PATH: join(directory, 'memory.jsonl') },
        },
    ];
}

export function demoServer() {
    return { name: 'demo', command: binary, args: ['demo-server'] };
}

/// Our own servers, which offer what the conformance suite asks for: 'legacy' or 'modern' alone,
/// 'dual', one era in each life of the process, or 'tasks', the extension of that name.
export function fixtureServer(kind, name = 'fixture') {
    const script = { legacy: 'legacy', modern: 'modern', dual: 'modern', tasks: 'tasks' }[kind];
    const path = join(import.meta.dirname, `../fixtures/${script}_server.mjs`);
    const args = kind === 'dual' ? [path, kind] : [path];
    return { name, command: node, args };
}

export async function allServers(directory) {
    return [...(await realServers(directory)), demoServer()];
}

/// Tools that each server offers to any client, whatever the client's capabilities.
export const toolsOf = {
    everything: [
        'echo',
        'get-annotated-message',
        'get-env',
        'get-resource-links',
        'get-resource-reference',
        'get-structured-content',
        'get-sum',
        'get-tiny-image',
        'trigger-long-running-operation',
    ],
    filesystem: [
        'read_text_file',
        'write_file',
        'edit_file',
        'list_directory',
        'move_file',
        'search_files',
        'get_file_info',
        'list_allowed_directories',
    ],
    memory: [
        'create_entities',
        'add_observations',
        'search_nodes',
        'delete_entities',
        'read_graph',
    ],
    demo: ['echo', 'add', 'wait', 'ask', 'large_text', 'image', 'fail'],
};

export const serverNames = Object.keys(toolsOf);
