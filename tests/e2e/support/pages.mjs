// SPDX-License-Identifier: Apache-2.0
// Web pages of clients, in a browser without a screen.

import { createServer } from 'node:net';
import { createInterface } from 'node:readline';

import { chromium as driver } from 'playwright-core';

import { chromium } from './npm_servers.mjs';
import { spawnHere } from './orphans.mjs';
import { node } from './paths.mjs';

const startLimitMs = 60_000;
const portTries = 5;

function findFreePort() {
    return new Promise((done, fail) => {
        const server = createServer().on('error', fail);
        server.listen(0, '127.0.0.1', () => {
            const { port } = server.address();
            server.close(() => done(port));
        });
    });
}

/// Runs a Node program that serves a page on the port that it is told, and must be told one; until
/// it says where. `environment(port)` tells it; { url, stop() }.
export async function servePage(args, environment) {
    for (let tries = 0; ; ++tries) {
        const port = await findFreePort();
        const env = { PATH: process.env.PATH, ...environment(port) };
        const child = spawnHere(node, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
        const exited = new Promise((done) => child.once('exit', done));
        let log = '';
        const keep = (text) => (log = (log + text).slice(-20_000));
        child.stderr.setEncoding('utf8').on('data', keep);
        const url = await new Promise((done) => {
            const late = setTimeout(done, startLimitMs);
            exited.then(() => done());
            createInterface({ input: child.stdout }).on('line', (line) => {
                keep(`${line}\n`);
                if (!line.includes(`:${port}`)) return;
                clearTimeout(late);
                done(`http://127.0.0.1:${port}/`);
            });
        });
        const stop = async () => {
            child.kill('SIGKILL');
            await exited;
        };
        if (url) return { url, stop };
        await stop();
        // Somebody else may have taken the port meanwhile.
        if (tries >= portTries) throw new Error(`no page came:\n${log}`);
    }
}

/// Opens `url`; nothing outside of this machine is asked for.
export async function openPage(url) {
    const browser = await driver.launch({ executablePath: chromium, args: ['--no-sandbox'] });
    const page = await browser.newPage();
    await page.route(
        ({ hostname }) => hostname !== '127.0.0.1',
        (route) => route.abort(),
    );
    await page.goto(url);
    return { page, close: () => browser.close() };
}
