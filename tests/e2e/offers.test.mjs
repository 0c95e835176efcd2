// SPDX-License-Identifier: Apache-2.0
// Everything that the fixture servers offer, in all pairs of eras and through all transports.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { prompts, resources, template, tools } from './fixtures/offers.mjs';
import { audio, image } from './fixtures/samples.mjs';
import { checkRefused, textOf } from './support/actions.mjs';
import { allClients, connectTo } from './support/clients.mjs';
import { startGateway } from './support/gateway.mjs';
import { fixtureServer } from './support/servers.mjs';

/// The client's side of every question.
const person = {
    onElicit: ({ requestedSchema }) => {
        const answers = {
            name: 'Ada',
            color: 'green',
            response: 'yes',
            context: 'tests',
            ok: true,
            age: 36,
        };
        const asked = Object.keys(requestedSchema.properties);
        const known = asked.filter((key) => key in answers);
        return {
            action: 'accept',
            content: Object.fromEntries(known.map((key) => [key, answers[key]])),
        };
    },
    onSample: ({ messages }) => ({
        role: 'assistant',
        model: 'none',
        content: { type: 'text', text: `reply to ${messages[0].content.text}` },
    }),
    onRoots: () => ({ roots: [{ uri: 'file:///home/ada', name: 'home' }] }),
};

const says = (pattern) => (result) => assert.match(textOf(result), pattern);

/// By tool: its arguments, and what the result must be.
const uses = {
    test_simple_text: [{}, says(/simple text response/)],
    test_image_content: [{}, ({ content }) => assert.deepEqual(content, [image])],
    test_audio_content: [{}, ({ content }) => assert.deepEqual(content, [audio])],
    test_embedded_resource: [
        {},
        ({ content }) => assert.equal(content[0].resource.uri, 'test://embedded-resource'),
    ],
    test_multiple_content_types: [
        {},
        ({ content }) =>
            assert.deepEqual(
                content.map(({ type }) => type),
                ['text', 'image', 'resource'],
            ),
    ],
    test_tool_with_logging: [{}, says(/Three messages/)],
    test_logging_tool: [{}, says(/Logged/)],
    test_tool_with_progress: [{}, says(/Nobody wants/)],
    test_sampling: [{ prompt: 'hi' }, says(/LLM response: reply to hi/)],
    test_elicitation: [{ message: 'Ready?' }, says(/accept \{"response":"yes"\}/)],
    test_elicitation_sep1034_defaults: [{}, says(/"name":"Ada","age":36/)],
    test_elicitation_sep1330_enums: [{}, says(/"action":"accept"/)],
    test_list_roots: [{}, says(/file:\/\/\/home\/ada/)],
    json_schema_2020_12_tool: [
        { name: 'x', contactMethod: 'email', email: 'a@b' },
        says(/"email":"a@b"/),
    ],
    test_x_mcp_header: [{ region: 'us east', level: 3 }, says(/region=us east/)],
    test_structured_content: [
        { a: 2, b: 3 },
        ({ structuredContent }) => assert.deepEqual(structuredContent, { sum: 5 }),
    ],
    test_resource_link: [{}, ({ content }) => assert.equal(content[0].uri, 'test://static-text')],
    test_missing_capability: [{}, says(/The model answered/)],
    test_streaming_elicitation: [{}, says(/Results only/)],
    test_input_required_result_elicitation: [{}, says(/Hello, Ada!/)],
    test_input_required_result_sampling: [{}, says(/reply to What is the capital/)],
    test_input_required_result_list_roots: [{}, says(/file:\/\/\/home\/ada/)],
    test_input_required_result_request_state: [{}, says(/state-ok/)],
    test_input_required_result_tampered_state: [{}, says(/was intact/)],
    test_input_required_result_multiple_inputs: [{}, says(/reply to Greet the user Ada, 1 root/)],
    test_input_required_result_multi_round: [{}, says(/Ada likes green/)],
    test_input_required_result_capabilities: [{}, says(/answered user_name,greeting,client_roots/)],
    test_trigger_tool_change: [{}, says(/Told/)],
    test_trigger_prompt_change: [{}, says(/Told/)],
    test_trigger_resource_update: [{ uri: 'test://watched-resource' }, says(/Told/)],
};

const promptUses = {
    test_simple_prompt: [undefined, /simple prompt/],
    test_prompt_with_arguments: [{ arg1: 'one', arg2: 'two' }, /arg1='one', arg2='two'/],
    test_prompt_with_embedded_resource: [{ resourceUri: 'test://x' }, /Read this/],
    test_prompt_with_image: [undefined, /Look at this/],
    test_input_required_result_prompt: [undefined, /Use this: tests/],
};

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

        for (const kind of allClients) {
            describe(`and a ${kind.name}`, () => {
                let client;
                before(async () => {
                    client = await connectTo(gateway, kind, person);
                });
                after(() => client?.close());

                const call = (name, args, options) => {
                    const params = { name, arguments: args };
                    return kind.era === 'legacy'
                        ? client.callTool(params, undefined, options)
                        : client.callTool(params, options);
                };

                test('list all that there is', async () => {
                    const names = async (list, key) => (await list)[key].map(({ name }) => name);
                    const expected = (items) => items.map(({ name }) => name);
                    assert.deepEqual(await names(client.listTools(), 'tools'), expected(tools));
                    assert.deepEqual(
                        await names(client.listPrompts(), 'prompts'),
                        expected(prompts),
                    );
                    assert.deepEqual(
                        await names(client.listResources(), 'resources'),
                        expected(resources),
                    );
                    assert.deepEqual(
                        await names(client.listResourceTemplates(), 'resourceTemplates'),
                        [template.name],
                    );
                });

                for (const { name } of tools.filter((tool) => tool.name !== 'test_error_handling'))
                    test(`use ${name}`, async () => {
                        const [args, check] = uses[name];
                        const result = await call(name, args);
                        assert.notEqual(result.isError, true, textOf(result));
                        check(result);
                    });

                test('see the error of a tool', () =>
                    checkRefused(call('test_error_handling', {}), /intentionally/));

                test('see progress', async () => {
                    const seen = [];
                    // Not by the callback: what comes together with the result, as on a machine
                    // that is busy, the clients drop.
                    const { transport } = client;
                    const { onmessage } = transport;
                    transport.onmessage = (message, ...rest) => {
                        if (message.method === 'notifications/progress')
                            seen.push([message.params.progress, message.params.total]);
                        return onmessage.call(transport, message, ...rest);
                    };
                    const result = await call(
                        'test_tool_with_progress',
                        {},
                        { onprogress: () => {} },
                    );
                    transport.onmessage = onmessage;
                    assert.match(textOf(result), /was reported/);
                    assert.deepEqual(seen, [
                        [0, 100],
                        [50, 100],
                        [100, 100],
                    ]);
                });

                for (const { name } of prompts)
                    test(`get ${name}`, async () => {
                        const [args, pattern] = promptUses[name];
                        const { messages } = await client.getPrompt({ name, arguments: args });
                        assert.match(
                            messages.map(({ content }) => content.text ?? '').join(),
                            pattern,
                        );
                    });

                for (const { uri, text, blob } of resources)
                    test(`read ${uri}`, async () => {
                        const [contents] = (await client.readResource({ uri })).contents;
                        assert.equal(contents.uri, uri);
                        assert.equal(contents.text ?? contents.blob, text ?? blob);
                    });

                test('read through a template', async () => {
                    const uri = 'test://template/42/data';
                    const [contents] = (await client.readResource({ uri })).contents;
                    assert.deepEqual(JSON.parse(contents.text), { id: '42' });
                });

                test('are told that a resource is not there', () =>
                    assert.rejects(client.readResource({ uri: 'test://absent' }), /not found/i));

                test('complete an argument', async () => {
                    const { completion } = await client.complete({
                        ref: { type: 'ref/prompt', name: 'test_prompt_with_arguments' },
                        argument: { name: 'arg1', value: 'par' },
                    });
                    assert.deepEqual(completion.values, ['paris', 'park', 'party']);
                });
            });
        }
    });
}
