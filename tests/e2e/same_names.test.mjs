// SPDX-License-Identifier: Apache-2.0
// Several servers that offer the same names.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { textOf } from './support/actions.mjs';
import { connectTo, modernHttp } from './support/clients.mjs';
import { startGateway } from './support/gateway.mjs';
import { demoServer, fixtureServer } from './support/servers.mjs';

/// Runs `use` with a client of a gateway in front of two servers with the same offers, and a third.
async function withServers(prefix, use) {
    const gateway = await startGateway({
        expose: 'all',
        settings: { gateway: { prefix } },
        children: async () => [
            fixtureServer('legacy', 'first'),
            fixtureServer('modern', 'second'),
            demoServer(),
        ],
    });
    try {
        const client = await connectTo(gateway, modernHttp);
        const names = (await client.listTools()).tools.map(({ name }) => name);
        await use(client, names);
        await client.close();
    } finally {
        await gateway.stop();
    }
}

/// Which server answered.
const serverOf = (result) => result._meta['io.modelcontextprotocol/serverInfo'].name;
const call = (client, name, args = {}) => client.callTool({ name, arguments: args });

async function checkBothAreReached(client) {
    const first = await call(client, 'first__test_simple_text');
    assert.equal(serverOf(first), 'legacy-fixture');
    const second = await call(client, 'second__test_simple_text');
    assert.equal(serverOf(second), 'modern-fixture');
    const prompts = (await client.listPrompts()).prompts.map(({ name }) => name);
    assert.ok(prompts.includes('first__test_simple_prompt'));
    const prompt = await client.getPrompt({ name: 'second__test_simple_prompt' });
    assert.equal(serverOf(prompt), 'modern-fixture');
}

test('with prefix "always", each is reached under its own name', () =>
    withServers('always', async (client, names) => {
        await checkBothAreReached(client);
        assert.equal(textOf(await call(client, 'demo__echo', { message: 'hi' })), 'hi');
        assert.ok(!names.includes('test_simple_text'));
    }));

test('with prefix "on_conflict", only they have one', () =>
    withServers('on_conflict', async (client, names) => {
        await checkBothAreReached(client);
        assert.equal(textOf(await call(client, 'echo', { message: 'hi' })), 'hi');
        assert.ok(!names.includes('test_simple_text'));
        assert.ok(!names.includes('demo__echo'));
    }));

test('with prefix "never", the first one is reached', () =>
    withServers('never', async (client, names) => {
        assert.equal(serverOf(await call(client, 'test_simple_text')), 'legacy-fixture');
        assert.equal(names.filter((name) => name === 'test_simple_text').length, 1);
        assert.equal(textOf(await call(client, 'echo', { message: 'hi' })), 'hi');
    }));
