// SPDX-License-Identifier: Apache-2.0
// Clients of the older revisions, with servers of both eras. The wire check holds every message
// against the schema of the revision; here is what the client must still be able to do.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { prompts, resources, tools } from './fixtures/offers.mjs';
import { textOf } from './support/actions.mjs';
import { connectTo, legacyHttp, legacySse, legacyStdio } from './support/clients.mjs';
import { startGateway } from './support/gateway.mjs';
import { fixtureServer } from './support/servers.mjs';

const names = (items) => items.map(({ name }) => name);

// Elicitation came with 2025-06-18, audio with 2025-03-26, links with 2025-06-18.
const revisions = {
    '2024-11-05': { elicits: false, audio: /audio/i, link: /test:\/\/static-text/ },
    '2025-03-26': { elicits: false, link: /test:\/\/static-text/ },
    '2025-06-18': { elicits: true },
};

const answers = {
    onElicit: () => ({ action: 'accept', content: { response: 'yes' } }),
    onSample: () => ({ role: 'assistant', model: 'm', content: { type: 'text', text: 'pong' } }),
    onRoots: () => ({ roots: [{ uri: 'file:///here' }] }),
};

function describeClient(gateway, kind, revision, { elicits, audio, link }) {
    let client;
    before(async () => {
        const { onElicit, ...others } = answers;
        const able = elicits ? answers : others;
        client = await connectTo(gateway(), kind, { ...able, revision });
    });
    after(() => client?.close());

    const call = (name, args = {}) => client.callTool({ name, arguments: args });

    test('lists what there is', async () => {
        assert.deepEqual(names((await client.listTools()).tools), names(tools));
        assert.deepEqual(names((await client.listPrompts()).prompts), names(prompts));
        assert.deepEqual(names((await client.listResources()).resources), names(resources));
    });

    test('uses tools, prompts and resources', async () => {
        assert.match(textOf(await call('test_simple_text')), /simple text/);
        assert.match(textOf(await call('test_structured_content', { a: 1, b: 2 })), /"sum":3/);
        const { messages } = await client.getPrompt({ name: 'test_simple_prompt' });
        assert.match(messages[0].content.text, /simple prompt/);
        const { contents } = await client.readResource({ uri: 'test://static-text' });
        assert.match(contents[0].text, /static text/);
    });

    test('gets content that its revision has no form for as text', async () => {
        const sound = await call('test_audio_content');
        if (audio) assert.match(textOf(sound), audio);
        else assert.equal(sound.content[0].type, 'audio');
        const linked = await call('test_resource_link');
        if (link) assert.match(textOf(linked), link);
        else assert.equal(linked.content[0].type, 'resource_link');
    });

    test('is asked what its revision knows', async () => {
        assert.match(textOf(await call('test_sampling', { prompt: 'ping' })), /pong/);
        assert.match(textOf(await call('test_list_roots')), /file:\/\/\/here/);
        if (elicits)
            assert.match(textOf(await call('test_elicitation', { message: 'ok?' })), /accept/);
    });
}

for (const server of ['legacy', 'modern']) {
    describe(`a ${server} server`, () => {
        let gateway;
        before(async () => {
            gateway = await startGateway({
                expose: 'all',
                settings: { gateway: { prefix: 'never' } },
                children: async () => [fixtureServer(server)],
            });
        });
        after(() => gateway?.stop());

        for (const [revision, traits] of Object.entries(revisions))
            for (const kind of [legacyHttp, legacySse, legacyStdio])
                describe(`and a ${kind.name}, ${revision}`, () =>
                    describeClient(() => gateway, kind, revision, traits));
    });
}
