// SPDX-License-Identifier: Apache-2.0
// expose = "search": clients find tools by what they want to do, and call what they have found.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { textOf } from './support/actions.mjs';
import { allClients, connectTo, legacyHttp, modernHttp } from './support/clients.mjs';
import { startGateway } from './support/gateway.mjs';
import { fixtureServer, realServers } from './support/servers.mjs';

const searchNames = ['search_tools', 'describe_tool', 'call_tool'];

const namesOf = async (client) => (await client.listTools()).tools.map(({ name }) => name);
const ask = (client, query, more = {}) =>
    client.callTool({ name: 'search_tools', arguments: { query, ...more } });
const found = async (client, query, more) =>
    (await ask(client, query, more)).structuredContent.tools.map(({ name }) => name);
const call = (client, name, args = {}) =>
    client.callTool({ name: 'call_tool', arguments: { name, arguments: args } });

let gateway;
before(async () => {
    gateway = await startGateway({
        expose: 'search',
        children: realServers,
        settings: {
            search: { pinned: ['everything__echo'], synonyms: ['pal friend entity'] },
            views: [
                {
                    name: 'readers',
                    expose: 'search',
                    tools: ['filesystem__read_*', 'filesystem__list_*'],
                    pinned: [],
                },
            ],
        },
    });
});
after(() => gateway?.stop());

for (const kind of allClients) {
    describe(kind.name, () => {
        let client;
        before(async () => {
            client = await connectTo(gateway, kind);
        });
        after(() => client?.close());

        test('few tools are listed', async () => {
            assert.deepEqual(await namesOf(client), [...searchNames, 'everything__echo']);
            const { prompts } = await client.listPrompts();
            assert.ok(prompts.some(({ name }) => name.startsWith('everything__')));
        });

        test('a tool is found, described and called', async () => {
            const answer = await ask(client, 'write text to a file on the disk');
            const { confidence, tools } = answer.structuredContent;
            assert.notEqual(confidence, 'none');
            assert.equal(tools[0].name, 'filesystem__write_file');
            assert.deepEqual(tools[0].arguments, ['path', 'content']);
            assert.equal(tools[0].inputSchema.type, 'object');
            assert.equal(tools[1].inputSchema, undefined);
            assert.match(textOf(answer), /1\. filesystem__write_file\(path, content\)/);

            const described = await client.callTool({
                name: 'describe_tool',
                arguments: { name: 'filesystem__write_file' },
            });
            const { server, tool } = described.structuredContent;
            assert.equal(server, 'filesystem');
            assert.deepEqual(tool.inputSchema.required, ['path', 'content']);

            const path = join(gateway.config.files, `${kind.name.replace(/\W+/g, '-')}.txt`);
            const text = { path, content: 'found' };
            const written = await call(client, 'filesystem__write_file', text);
            assert.ok(!written.isError, textOf(written));
            assert.equal(await readFile(path, 'utf8'), 'found');
        });

        test('a name and a synonym find a tool', async () => {
            const named = await ask(client, 'create_entities');
            assert.equal(named.structuredContent.confidence, 'high');
            assert.equal(named.structuredContent.tools[0].name, 'memory__create_entities');
            assert.match((await found(client, 'create a pal'))[0], /^memory__create_/);
        });

        test('what nothing serves is said so', async () => {
            const answer = await ask(client, 'book a flight to Oslo for two passengers');
            const { confidence, message, unmatched_words } = answer.structuredContent;
            assert.equal(confidence, 'none');
            assert.match(message, /No tool/);
            assert.ok(unmatched_words.includes('flight'));
            assert.ok(unmatched_words.includes('passengers'));
        });

        test('only one server is searched where one is named', async () => {
            const names = await found(client, 'read everything', { server: 'memory', limit: 3 });
            assert.ok(names.length > 0 && names.length <= 3);
            assert.ok(names.every((name) => name.startsWith('memory__')));
        });

        test('a call is answered as if the tool were called itself', async () => {
            const inner = { message: 'the same' };
            const name = 'everything__echo';
            const through = await call(client, name, inner);
            assert.deepEqual(through, await client.callTool({ name, arguments: inner }));
            const wrong = await call(client, name, { message: 7 });
            assert.deepEqual(wrong, await client.callTool({ name, arguments: { message: 7 } }));
            const weather = await call(client, 'everything__get-structured-content', {
                location: 'New York',
            });
            assert.equal(weather.structuredContent.temperature, 33);
        });

        test('progress of the tool reaches the client', async () => {
            const heard = [];
            const what = {
                name: 'call_tool',
                arguments: {
                    name: 'everything__trigger-long-running-operation',
                    arguments: { duration: 0.2, steps: 2 },
                },
            };
            const options = { onprogress: (progress) => heard.push(progress.progress) };
            if (kind.era === 'legacy') await client.callTool(what, undefined, options);
            else await client.callTool(what, options);
            assert.equal(heard[0], 1); // the last one may come with the answer
        });

        test('what is not there is refused as ever', async () => {
            const errorOf = (promise) =>
                promise.then(
                    () => assert.fail('was answered'),
                    ({ code, message }) => ({ code, message }),
                );
            const name = 'filesystem__no_such_tool';
            assert.deepEqual(
                await errorOf(call(client, name)),
                await errorOf(client.callTool({ name, arguments: {} })),
            );
            const nameless = await client.callTool({ name: 'call_tool', arguments: {} });
            assert.ok(nameless.isError);
            assert.match(textOf(nameless), /^INVALID_ARGS: `name`/);
            const unasked = await client.callTool({ name: 'search_tools', arguments: {} });
            assert.match(textOf(unasked), /^INVALID_ARGS: `query`/);
        });
    });
}

for (const kind of [legacyHttp, modernHttp]) {
    test(`a view is all that is searched, ${kind.name}`, async () => {
        const client = await kind.connect(gateway.at('/views/readers/mcp'));
        assert.deepEqual(await namesOf(client), searchNames);
        const { searched, tools } = (await ask(client, 'files')).structuredContent;
        assert.ok(searched > 0 && searched < 12);
        assert.ok(tools.every(({ name }) => /^filesystem__(read|list)_/.test(name)));
        const hidden = await ask(client, 'delete entities of the knowledge graph');
        assert.ok(hidden.structuredContent.unmatched_words.includes('entities'));
        assert.deepEqual(await found(client, 'write_file'), await found(client, 'write file'));
        await assert.rejects(call(client, 'filesystem__write_file', {}), /Unknown tool/);
        const described = await client.callTool({
            name: 'describe_tool',
            arguments: { name: 'memory__read_graph' },
        });
        assert.match(textOf(described), /^TOOL_NOT_FOUND/);
        await client.close();
    });
}

test('the status tells what was spared', async () => {
    const { search } = await (await fetch(gateway.at('/status'))).json();
    assert.ok(search.lists > 0 && search.searches > 0 && search.called > 0);
    assert.ok(search.tokens_of_all_tools > search.tokens_sent);
    assert.equal(search.tokens_saved, search.tokens_of_all_tools - search.tokens_sent);
    assert.ok(search.tools_indexed > 20);
});
