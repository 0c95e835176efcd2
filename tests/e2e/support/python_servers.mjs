// SPDX-License-Identifier: Apache-2.0
// Servers on the Python SDKs, of several versions; ./test makes an environment for each.

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

import { spawnHere } from './orphans.mjs';

const root = resolve(import.meta.dirname, '../../..');
const startLimitMs = 60_000; // a first start compiles what it imports
const stopLimitMs = 10_000;

/// `eras`: which it speaks. `asksInRounds`: its tools that only 2026-07-28 lets ask.
export const sdks = [
    {
        name: 'sdk_1_22',
        environment: 'sdk1_old',
        script: 'mcp1_server.py',
        eras: ['legacy'],
    },
    {
        name: 'sdk_1_30',
        environment: 'fastmcp3',
        script: 'mcp1_server.py',
        eras: ['legacy'],
    },
    {
        name: 'fastmcp_3',
        environment: 'fastmcp3',
        script: 'fastmcp_server.py',
        eras: ['legacy'],
    },
    {
        name: 'sdk_2',
        environment: 'fastmcp4',
        script: 'mcp2_server.py',
        eras: ['legacy', 'modern'],
        asksInRounds: ['require_url'],
    },
    {
        name: 'fastmcp_4',
        environment: 'fastmcp4',
        script: 'fastmcp_server.py',
        eras: ['legacy', 'modern'],
        asksInRounds: ['need_form', 'require_url'],
    },
];

function commandOf({ environment, script }, ...words) {
    const command = join(root, 'build/python', environment, 'bin/python');
    if (!existsSync(command)) throw new Error(`no Python at ${command}; run ./test e2e`);
    return { command, args: ['-B', join(import.meta.dirname, '../python', script), ...words] };
}

/// A child of the gateway, or what a client runs.
export const pythonServer = (sdk) => ({
    name: sdk.name,
    ...commandOf(sdk, 'stdio'),
});

/// Starts it over HTTP: words are 'http', with 'stateless' or 'json', or 'sse'.
export async function startPythonRemote(sdk, ...words) {
    const { command, args } = commandOf(sdk, ...words);
    const child = spawnHere(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    let log = '';
    child.stderr.setEncoding('utf8');
    child.stderr.on('data', (text) => (log = (log + text).slice(-20_000)));
    const exited = new Promise((done) => child.once('exit', done));
    const url = await new Promise((done, fail) => {
        const failAs = (what) => fail(new Error(`${sdk.name} ${what}:\n${log}`));
        const late = setTimeout(() => failAs('is silent'), startLimitMs);
        exited.then(() => failAs('ended'));
        createInterface({ input: child.stdout }).on('line', (line) => {
            const match = /^listening on (\S+)$/.exec(line);
            if (!match) return;
            clearTimeout(late);
            done(new URL(match[1]));
        });
    }).catch((error) => {
        child.kill('SIGKILL');
        throw error;
    });
    return {
        url,
        log: () => log,
        async stop() {
            child.stdin.end();
            const late = setTimeout(() => child.kill('SIGKILL'), stopLimitMs);
            await exited;
            clearTimeout(late);
        },
    };
}
