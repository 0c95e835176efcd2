// SPDX-License-Identifier: Apache-2.0
// Starts the built gateway with a configuration of its own and ends it whatever happens.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { hasRemoved, spawnHere, willRemove } from './orphans.mjs';
import { requireBinary } from './paths.mjs';
import { allServers } from './servers.mjs';
import { checkChildren, recordChild } from './wire.mjs';

const startLimitMs = 60_000; // a sanitized build with other work on the machine
const pollMs = 20;
const stopLimitMs = 20_000;

/// A directory with a gateway configuration in it; `remove()` deletes both, after it has checked
/// what the gateway said to its children; `isRecorded: false`: without that, for those that agree
/// on what no revision knows.
export async function makeConfig({
    expose = 'gateway',
    children = allServers,
    settings = {},
    isRecorded = true,
} = {}) {
    const directory = await mkdtemp(join(tmpdir(), 'mcp-gateway-e2e-'));
    willRemove(directory);
    const config = {
        ...settings,
        // What servers offered is remembered from one run to the next, but not between tests.
        gateway: { expose, schema_cache: 'schemas', ...settings.gateway },
        http: { listen: '127.0.0.1:0', ...settings.http },
        children: await Promise.all(
            (await children(directory)).map((child) =>
                isRecorded ? recordChild(directory, child) : child,
            ),
        ),
    };
    const file = join(directory, 'gateway.json');
    await writeFile(file, JSON.stringify(config, null, 2));
    return {
        directory,
        file,
        files: join(directory, 'files'),
        /// What a client runs to reach the gateway over stdio.
        stdio: { command: requireBinary(), args: ['stdio', '--config', file] },
        async remove() {
            try {
                await checkChildren(directory);
            } finally {
                await rm(directory, { recursive: true, force: true });
                hasRemoved(directory);
            }
        },
    };
}

/// Until every server has told what it offers, or has failed: a list that comes sooner may be
/// partial, by how quick this machine is today.
async function waitUntilReady(readyz) {
    const late = AbortSignal.timeout(startLimitMs);
    while (!(await fetch(readyz, { signal: late })).ok) await pause(pollMs);
}

/// A gateway that serves HTTP on a free port, with a configuration of its own; or with `config`,
/// which stays when it ends. `isAwaited: false`: its servers may still be starting.
export async function startGateway(options = {}) {
    const config = options.config ?? (await makeConfig(options));
    const remove = async () => {
        if (!options.config) await config.remove();
    };
    const args = ['serve', '--config', config.file, ...(options.args ?? [])];
    const child = spawnHere(requireBinary(), args, {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: { ...process.env, ...options.env },
    });
    let log = '';
    const exited = new Promise((resolve) => {
        child.once('exit', (code, signal) => resolve({ code, signal }));
    });

    const url = await new Promise((resolve, reject) => {
        const fail = (what) => reject(new Error(`${what}; its log:\n${log}`));
        const timer = setTimeout(
            () => fail('the gateway did not say where it listens'),
            startLimitMs,
        );
        child.once('error', (error) => fail(`the gateway did not start: ${error.message}`));
        exited.then(({ code, signal }) => fail(`the gateway ended (${code ?? signal})`));
        child.stderr.setEncoding('utf8');
        child.stderr.on('data', (text) => {
            log = (log + text).slice(-200_000);
            const match = /http:\/\/[^\s/]+\/mcp/.exec(log);
            if (match) {
                clearTimeout(timer);
                resolve(match[0]);
            }
        });
    }).catch(async (error) => {
        child.kill('SIGKILL');
        await remove();
        throw error;
    });
    if (options.isAwaited !== false) await waitUntilReady(new URL('/readyz', url));

    return {
        config,
        pid: child.pid,
        exited,
        url: new URL(url),
        at: (path) => new URL(path, url),
        log: () => log,
        kill: (signal) => child.kill(signal),
        /// Ends it as a service manager does, and insists that it ends well and in time.
        async stop() {
            child.kill('SIGTERM');
            const late = setTimeout(() => child.kill('SIGKILL'), stopLimitMs);
            const { code, signal } = await exited;
            clearTimeout(late);
            await remove();
            if (code !== 0)
                throw new Error(`the gateway ended with ${code ?? signal}; its log:\n${log}`);
        },
    };
}
