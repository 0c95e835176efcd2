// SPDX-License-Identifier: Apache-2.0
// Servers that people install with npm, and what is done with each of them: every offer of theirs,
// used well and badly.

import { existsSync } from 'node:fs';
import { mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

import { spawnHere } from './orphans.mjs';
import { node, packages } from './paths.mjs';
import { person } from './transcripts.mjs';

const modules = resolve(packages, '..');
const official = (name) => join(packages, `server-${name}`, 'dist/index.js');
const announcer = pathToFileURL(join(import.meta.dirname, 'announce_port.mjs')).href;
const startLimitMs = 60_000;
const stopLimitMs = 10_000;

/// Where Debian has its browser without a screen; Ubuntu has none outside of snaps.
export const chromium = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'].find(existsSync);
export const withoutChromium = chromium ? false : 'no Chromium: apt has none here';

/// A person who has no files to show.
const { onRoots: _, ...withoutRoots } = person;

const picture = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9' +
        'QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
);
const longAgo = new Date('2020-02-02T02:02:02Z');

async function fillFiles(directory) {
    const files = join(directory, 'files');
    await rm(files, { recursive: true, force: true });
    await mkdir(join(files, 'inner'), { recursive: true });
    const texts = {
        'notes.txt': 'one\ntwo\nthree\nnaïve 日本語 🚪\n',
        'inner/deep.md': '# deep\n',
        'inner/data.json': '{"a": 1.0, "b": 12345678901234567890}\n',
    };
    for (const [name, text] of Object.entries(texts)) await writeFile(join(files, name), text);
    await writeFile(join(files, 'dot.png'), picture);
    for (const name of [...Object.keys(texts), 'dot.png'])
        await utimes(join(files, name), longAgo, longAgo);
    return files;
}

let kept = 0; // every name once, in a server that is shared
const document = 'demo://resource/static/document/features.md';

/// `prepare(directory)` puts things back to how they were and returns what `stdio` and `deeds` want
/// to know. A deed is done with `use`: call(tool, args, options), read(uri), prompt(name, args),
/// complete(ref, argument, context).
export const npmServers = [
    {
        name: 'everything',
        eras: ['legacy'],
        script: official('everything'),
        stdio: () => ({ args: [] }),
        http: { args: ['streamableHttp'], env: { PORT: '1' }, path: '/mcp' },
        who: person,
        deeds: (use) => ({
            'call echo': () => use.call('echo', { message: 'naïve "q" \\ \u2028 日本語 🚪 end' }),
            'call echo of nothing': () => use.call('echo', {}),
            'call echo of a number': () => use.call('echo', { message: 7 }),
            'call get-sum': () => use.call('get-sum', { a: 2.5, b: 40 }),
            'call get-sum of text': () => use.call('get-sum', { a: 'two', b: 40 }),
            'call get-annotated-message': () =>
                use.call('get-annotated-message', { messageType: 'error', includeImage: true }),
            'call get-resource-links': () => use.call('get-resource-links', { count: 4 }),
            'call get-resource-links, too many': () =>
                use.call('get-resource-links', { count: 400 }),
            'call get-resource-reference': () =>
                use.call('get-resource-reference', { resourceType: 'Blob', resourceId: 3 }),
            'call get-structured-content': () =>
                use.call('get-structured-content', { location: 'Chicago' }),
            'call get-tiny-image': () => use.call('get-tiny-image'),
            'call get-roots-list': () => use.call('get-roots-list'),
            'call trigger-long-running-operation': () =>
                use.call(
                    'trigger-long-running-operation',
                    { duration: 0.4, steps: 4 },
                    { onprogress() {} },
                ),
            'call trigger-elicitation-request': () => use.call('trigger-elicitation-request'),
            'call trigger-sampling-request': () =>
                use.call('trigger-sampling-request', { prompt: 'Say something', maxTokens: 9 }),
            'call trigger-url-elicitation': () =>
                use.call('trigger-url-elicitation', {
                    url: 'https://login.example/',
                    message: 'Log in',
                }),
            'call gzip-file-as-resource': () =>
                use.call('gzip-file-as-resource', {
                    name: `kept-${++kept}.gz`,
                    data: 'data:text/plain;base64,aGVsbG8=',
                    outputType: 'resource',
                }),
            'read a document': () => use.read(document),
            'read through a template': () => use.read('demo://resource/dynamic/text/7'),
            'read a blob through a template': () => use.read('demo://resource/dynamic/blob/7'),
            'read through a template, wrongly': () => use.read('demo://resource/dynamic/text/x'),
            'read what is not there': () => use.read('demo://nowhere'),
            'get simple-prompt': () => use.prompt('simple-prompt'),
            'get args-prompt': () => use.prompt('args-prompt', { city: 'Bergen', state: 'V' }),
            'get args-prompt of nothing': () => use.prompt('args-prompt', {}),
            'get resource-prompt': () =>
                use.prompt('resource-prompt', { resourceType: 'Text', resourceId: '3' }),
            'get no prompt': () => use.prompt('absent'),
            'complete a prompt': () =>
                use.complete(
                    { type: 'ref/prompt', name: 'completable-prompt' },
                    { name: 'department', value: 'Eng' },
                ),
            'complete a prompt by what was chosen': () =>
                use.complete(
                    { type: 'ref/prompt', name: 'completable-prompt' },
                    { name: 'name', value: '' },
                    { arguments: { department: 'Sales' } },
                ),
            'complete no prompt': () =>
                use.complete(
                    { type: 'ref/prompt', name: 'absent' },
                    { name: 'department', value: '' },
                ),
        }),
        // It asks for roots when no call runs, and keeps them.
        settings: { roots: ['file:///home/ada'] },
        // The time of day, in the clear and in Base64; ids; the name of a root.
        settle: (text) =>
            text
                .replace(/created at [\d:]+ [AP]M/g, 'created')
                .replace(/UmVzb3VyY2Ug[\w+/]+=*/g, 'blob')
                .replace(/1\. (home|Unnamed Root)/g, '1. root')
                .replace(/kept-\d+/g, 'kept')
                .replace(/Elicitation ID: [-\w]+/g, 'Elicitation ID'),
    },
    {
        name: 'filesystem',
        eras: ['legacy'],
        script: official('filesystem'),
        stdio: ({ files }) => ({ args: [files] }),
        prepare: async (directory) => ({ files: await fillFiles(directory) }),
        who: withoutRoots,
        deeds: (use, { files }) => {
            const at = (name) => join(files, name);
            return {
                'call list_allowed_directories': () => use.call('list_allowed_directories'),
                'call read_file': () => use.call('read_file', { path: at('notes.txt') }),
                'call read_text_file, tail': () =>
                    use.call('read_text_file', { path: at('notes.txt'), tail: 2 }),
                'call read_text_file, both ends': () =>
                    use.call('read_text_file', { path: at('notes.txt'), tail: 2, head: 1 }),
                'call read_text_file outside': () =>
                    use.call('read_text_file', { path: '/etc/hostname' }),
                'call read_text_file of nothing': () =>
                    use.call('read_text_file', { path: at('absent') }),
                'call read_text_file without a path': () => use.call('read_text_file', {}),
                'call read_media_file': () =>
                    use.call('read_media_file', { path: at('dot.png') }),
                'call read_multiple_files': () =>
                    use.call('read_multiple_files', {
                        paths: [at('notes.txt'), at('absent'), at('inner/data.json')],
                    }),
                'call get_file_info': () =>
                    use.call('get_file_info', { path: at('inner/data.json') }),
                'call list_directory': () => use.call('list_directory', { path: files }),
                'call list_directory_with_sizes': () =>
                    use.call('list_directory_with_sizes', { path: files, sortBy: 'size' }),
                'call directory_tree': () => use.call('directory_tree', { path: files }),
                'call search_files': () =>
                    use.call('search_files', { path: files, pattern: '**/*.md' }),
                'call create_directory': () =>
                    use.call('create_directory', { path: at('made/of') }),
                'call write_file': () =>
                    use.call('write_file', { path: at('made/x.txt'), content: 'ä\n\u2028\n' }),
                'call edit_file': () =>
                    use.call('edit_file', {
                        path: at('made/x.txt'),
                        edits: [{ oldText: 'ä', newText: 'ö' }],
                    }),
                'call edit_file, no match': () =>
                    use.call('edit_file', {
                        path: at('made/x.txt'),
                        edits: [{ oldText: 'absent', newText: '' }],
                    }),
                'call move_file': () =>
                    use.call('move_file', {
                        source: at('made/x.txt'),
                        destination: at('made/y.txt'),
                    }),
                'call read_text_file of what was moved': () =>
                    use.call('read_text_file', { path: at('made/y.txt') }),
            };
        },
        // The files are made anew for each client.
        settle: (text) =>
            text.replace(/((?:created|accessed|modified): ).*?(?=\\n|")/g, '$1...'),
    },
    {
        name: 'memory',
        eras: ['legacy'],
        script: official('memory'),
        stdio: ({ memory }) => ({ args: [], env: { MEMORY_FILE_PATH: memory } }),
        prepare: async (directory) => {
            const memory = join(directory, 'memory.jsonl');
            await rm(memory, { force: true });
            return { memory };
        },
        who: person,
        deeds: (use) => {
            const ada = { name: 'Ada', entityType: 'person', observations: ['wrote ☕'] };
            const bob = { name: 'Bob', entityType: 'person', observations: [] };
            return {
                'call read_graph, empty': () => use.call('read_graph'),
                'call create_entities': () => use.call('create_entities', { entities: [ada, bob] }),
                'call create_entities, of no type': () =>
                    use.call('create_entities', { entities: [{ name: 'x' }] }),
                'call create_relations': () =>
                    use.call('create_relations', {
                        relations: [{ from: 'Ada', to: 'Bob', relationType: 'knows' }],
                    }),
                'call add_observations': () =>
                    use.call('add_observations', {
                        observations: [{ entityName: 'Bob', contents: ['listens'] }],
                    }),
                'call add_observations to nobody': () =>
                    use.call('add_observations', {
                        observations: [{ entityName: 'Eve', contents: ['listens'] }],
                    }),
                'call search_nodes': () => use.call('search_nodes', { query: 'ada' }),
                'call open_nodes': () => use.call('open_nodes', { names: ['Bob'] }),
                'call read_graph': () => use.call('read_graph'),
                'read the graph': () => use.read('memory://knowledge-graph'),
                'call delete_entities': () =>
                    use.call('delete_entities', { entityNames: ['Bob'] }),
            };
        },
    },
    {
        name: 'thinking',
        eras: ['legacy'],
        script: official('sequential-thinking'),
        stdio: () => ({ args: [] }),
        who: person,
        // It keeps the thoughts of everybody.
        settings: { sharing: 'session' },
        deeds: (use) => {
            const think = (rest) =>
                use.call('sequentialthinking', {
                    thought: 'Step by step',
                    nextThoughtNeeded: true,
                    thoughtNumber: 1,
                    totalThoughts: 2,
                    ...rest,
                });
            return {
                'call a thought': () => think({}),
                'call a thought on a branch': () =>
                    think({ thoughtNumber: 2, branchFromThought: 1, branchId: 'b' }),
                'call a thought without a number': () => think({ thoughtNumber: undefined }),
                'call a thought numbered by text': () => think({ thoughtNumber: 'two' }),
                'call a last thought': () => think({ thoughtNumber: 2, nextThoughtNeeded: false }),
            };
        },
    },
    {
        name: 'context7',
        eras: ['legacy', 'modern'],
        script: join(modules, '@upstash/context7-mcp/dist/index.js'),
        stdio: () => ({ args: [] }),
        http: {
            args: ['--transport', 'http'],
            env: { OTEL_METRICS_EXPORTER: 'none' }, // which would listen too
            path: '/mcp',
        },
        who: person,
        // It asks a service in the network, which is out of reach, or not: the answer is the same.
        deeds: (use) => ({
            'call resolve-library-id': () =>
                use.call('resolve-library-id', { query: 'routing', libraryName: 'express' }),
            'call resolve-library-id of nothing': () => use.call('resolve-library-id', {}),
            'call query-docs': () =>
                use.call('query-docs', { libraryId: '/expressjs/express', query: 'routing' }),
            'call query-docs of a number': () => use.call('query-docs', { libraryId: 7 }),
        }),
    },
    {
        name: 'playwright',
        skip: withoutChromium,
        eras: ['legacy'],
        script: join(modules, '@playwright/mcp/cli.js'),
        stdio: ({ output }) => ({
            args: [
                ...['--headless', '--isolated', '--no-sandbox', '--executable-path', chromium],
                ...['--output-dir', output],
            ],
        }),
        prepare: async (directory) => {
            const output = join(directory, 'browser');
            await mkdir(output, { recursive: true });
            return { output };
        },
        who: withoutRoots,
        settle: (text) => text.replace(/page-[-\dTZ:.]+yml/g, 'page.yml'),
        deeds: (use) => {
            const page = `data:text/html,<title>Hi</title><h1>Hi</h1><button onclick="document
                .title='pressed'">Press</button><input aria-label="Name">`;
            return {
                'call browser_navigate': () => use.call('browser_navigate', { url: page }),
                'call browser_snapshot': () => use.call('browser_snapshot'),
                'call browser_evaluate': () =>
                    use.call('browser_evaluate', { function: '() => ({ a: document.title })' }),
                'call browser_navigate of nothing': () => use.call('browser_navigate', {}),
                'call browser_click of nothing': () =>
                    use.call('browser_click', { element: 'none', ref: 'e99', target: 'e99' }),
                'call browser_console_messages': () =>
                    use.call('browser_console_messages', { level: 'info' }),
                'call browser_close': () => use.call('browser_close'),
            };
        },
    },
];

/// What a client, or the gateway, runs.
export function npmCommand(server, about) {
    const { args, env } = server.stdio(about);
    return { command: node, args: [server.script, ...args], ...(env && { env }) };
}

/// Starts it over HTTP: { url, stop() }.
export async function startNpmRemote({ name, script, http }) {
    const args = ['--import', announcer, script, ...http.args];
    const env = { ...process.env, ...http.env };
    const child = spawnHere(node, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    let log = '';
    const exited = new Promise((done) => child.once('exit', done));
    const port = await new Promise((done, fail) => {
        const failAs = (what) => fail(new Error(`${name} ${what}:\n${log}`));
        const late = setTimeout(() => failAs('is silent'), startLimitMs);
        exited.then(() => failAs('ended'));
        createInterface({ input: child.stderr }).on('line', (line) => {
            log = `${log}${line}\n`.slice(-20_000);
            const match = /^listening on (\d+)$/.exec(line);
            if (!match) return;
            clearTimeout(late);
            done(match[1]);
        });
    }).catch((error) => {
        child.kill('SIGKILL');
        throw error;
    });
    return {
        url: new URL(`http://127.0.0.1:${port}${http.path}`),
        async stop() {
            child.kill('SIGTERM');
            const late = setTimeout(() => child.kill('SIGKILL'), stopLimitMs);
            await exited;
            clearTimeout(late);
        },
    };
}
