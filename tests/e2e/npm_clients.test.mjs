// SPDX-License-Identifier: Apache-2.0
// Clients from npm as their users have them, in front of the gateway.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';

import { textOf } from './support/actions.mjs';
import { legacyHttp, legacyStdio } from './support/clients.mjs';
import { startGateway } from './support/gateway.mjs';
import { withoutChromium } from './support/npm_servers.mjs';
import { openPage, servePage } from './support/pages.mjs';
import { node, packages } from './support/paths.mjs';
import { demoServer, realServers } from './support/servers.mjs';
import { person } from './support/transcripts.mjs';

const run = promisify(execFile);
const modules = resolve(packages, '..');

let gateway;
let home;
before(async () => {
    const children = async (directory) => [(await realServers(directory))[0], demoServer()];
    gateway = await startGateway({ expose: 'all', children });
    home = { PATH: process.env.PATH, HOME: gateway.config.directory };
});
after(() => gateway?.stop());

describe('mcp-remote', () => {
    const script = join(modules, 'mcp-remote/dist/proxy.js');
    const bridges = {
        'over HTTP': () => [script, gateway.url.href, '--transport', 'http-only'],
        'over HTTP+SSE': () => [script, gateway.at('/sse').href, '--transport', 'sse-only'],
        'as it is': () => [script, gateway.url.href],
    };

    for (const [name, args] of Object.entries(bridges)) {
        test(`carries lists, calls, progress and questions, ${name}`, async () => {
            const bridge = { command: node, args: args(), env: home };
            const direct = await legacyHttp.connect(gateway.url, person);
            const client = await legacyStdio.connect(bridge, person);
            for (const list of ['listTools', 'listPrompts', 'listResources'])
                assert.deepEqual(await client[list](), await direct[list](), list);
            const both = async (tool, args, options) => {
                const call = (who) =>
                    who.callTool({ name: tool, arguments: args }, undefined, options?.());
                const [through, own] = [await call(client), await call(direct)];
                assert.deepEqual(through, own);
                return through;
            };
            await both('demo__echo', { message: 'naïve "q" \\ \u2028 日本語 🚪' });
            await both('demo__add', { a: 'one', b: 2 });
            await both('everything__get-tiny-image', {});
            const answered = await both('everything__trigger-elicitation-request', {});
            assert.match(textOf(answered), /Ada/);
            const steps = [];
            const onprogress = ({ progress }) => steps.push(progress);
            await both('demo__wait', { seconds: 0.2, steps: 4 }, () => ({ onprogress }));
            assert.ok(steps.length > 1, 'progress came');
            await client.close();
            await direct.close();
        });
    }
});

describe('mcp-cli', () => {
    const script = join(modules, '@wong2/mcp-cli/src/cli.js');
    let config;
    before(async () => {
        config = join(gateway.config.directory, 'mcp-cli.json');
        await writeFile(config, JSON.stringify({ mcpServers: { gateway: gateway.config.stdio } }));
    });
    const use = async (what, target, args) => {
        const words = ['--config', config, what, `gateway:${target}`];
        if (args) words.push('--args', JSON.stringify(args));
        const { stdout } = await run(node, [script, ...words], { env: home, timeout: 60_000 });
        return JSON.parse(stdout);
    };

    test('calls a tool', async () => {
        const result = await use('call-tool', 'demo__add', { a: 2, b: 40 });
        assert.equal(result.structuredContent.sum, 42);
    });

    test('gets a prompt', async () => {
        const result = await use('get-prompt', 'everything__args-prompt', { city: 'Bergen' });
        assert.match(result.messages[0].content.text, /Bergen/);
    });

    test('says what the gateway refuses', async () => {
        await assert.rejects(use('call-tool', 'demo__absent'), (failure) => {
            assert.match(failure.stderr, /Unknown tool: demo__absent/i);
            return true;
        });
    });
});

describe("the Inspector's page", { skip: withoutChromium }, () => {
    const script = join(packages, 'inspector/clients/launcher/build/index.js');
    const limit = { timeout: 30_000 };
    const targets = {
        'over HTTP, legacy': () => ['--transport', 'http', '--server-url', gateway.url.href],
        'over HTTP, modern': () => [
            ...['--transport', 'http', '--server-url', gateway.url.href],
            ...['--protocol-era', 'modern'],
        ],
        'over HTTP+SSE': () => ['--transport', 'sse', '--server-url', gateway.at('/sse').href],
    };

    for (const [name, target] of Object.entries(targets)) {
        test(`lists tools, calls them and asks its user, ${name}`, async () => {
            const inspector = await servePage([script, '--web', ...target()], (port) => ({
                HOME: gateway.config.directory,
                CLIENT_PORT: `${port}`,
                MCP_SANDBOX_PORT: '0',
                MCP_AUTO_OPEN_ENABLED: 'false',
                MCP_INSPECTOR_SECRET_STORE: 'memory',
                DANGEROUSLY_OMIT_AUTH: 'true',
            }));
            const { page, close } = await openPage(inspector.url);
            const press = (name) => page.getByRole('button', { name }).click(limit);
            const fill = (name, text) =>
                page.getByRole('textbox', { name, exact: true }).fill(text, limit);
            const shows = (text) => page.getByText(text).first().waitFor(limit);

            await page
                .getByRole('switch', { name: /Connect or disconnect/ })
                .locator('..')
                .click(limit);
            await page.getByText('Connected', { exact: true }).waitFor(limit);
            await page.getByText('Tools', { exact: true }).click(limit);
            await press('demo__add');
            await fill('a', '2000000');
            await fill('b', '22');
            await press('Execute Tool');
            await shows(/2000022/);
            await press('demo__ask');
            await fill('question', 'Why?');
            await press('Execute Tool');
            await shows('“Why?”');
            await fill('Answer', 'for no reason');
            await press('Submit');
            await shows(/for no reason/);
            await close();
            await inspector.stop();
        });
    }
});
