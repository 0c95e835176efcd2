// SPDX-License-Identifier: Apache-2.0
// Workflows of a configuration as tools, at all endpoints; and what the documents show.

import assert from 'node:assert/strict';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';

import { textOf } from './support/actions.mjs';
import { allClients, connectTo, legacyHttp } from './support/clients.mjs';
import { makeConfig, startGateway } from './support/gateway.mjs';
import { binary } from './support/paths.mjs';
import { modernSender } from './support/raw.mjs';
import { direct } from './support/routes.mjs';
import { allServers, demoServer } from './support/servers.mjs';

// configs/workflow.toml, as it is. Its server is found as an installed one is.
describe('the workflows of the example', () => {
    const file = resolve(import.meta.dirname, '../../configs/workflow.toml');
    const env = { PATH: `${dirname(binary)}${delimiter}${process.env.PATH}` };
    const stdio = { command: binary, args: ['stdio', '--config', file], env };
    let example;
    before(async () => {
        const config = { file, stdio };
        example = await startGateway({ config, env, args: ['--listen', '127.0.0.1:0'] });
    });
    after(() => example?.stop());

    for (const kind of allClients) {
        test(`are tools of a ${kind.name}`, async () => {
            const asked = [];
            const client = await connectTo(example, kind, {
                onElicit: (params) => {
                    asked.push(params.message);
                    return { action: 'accept', content: { why: 'because' } };
                },
            });
            const call = (name, args) => direct.call(client, 'gateway', name, args);
            // A gateway over stdio may still be waiting for its server.
            assert.equal((await call('report', { numbers: [] })).isError ?? false, false);
            const { tools } = await client.listTools();
            const names = tools.map(({ name }) => name);
            assert.deepEqual(names.slice(0, 2), ['report', 'careful']);
            assert.ok(!names.includes('run_workflow'));
            const report = tools[0];
            assert.deepEqual(report.inputSchema.required, ['numbers']);
            assert.deepEqual(Object.keys(report.outputSchema.properties), ['text', 'sums']);
            assert.equal(report.annotations.readOnlyHint, true);
            assert.equal(tools[1].annotations.readOnlyHint, true);

            const sums = await call('report', { numbers: [1, 2, 3] });
            assert.deepEqual(sums.structuredContent, {
                text: 'Hello: 3 sums, 18 in all',
                sums: [3, 6, 9],
            });
            const wrong = await call('report', { numbers: 'many' });
            assert.equal(wrong.isError, true);
            assert.match(textOf(wrong), /^INVALID_ARGS: numbers: wrong type/);

            const careful = await call('careful', {});
            assert.deepEqual(asked, ['Shall it be tried?']);
            assert.equal(careful.structuredContent.try, 'It failed: as always');
            assert.deepEqual(careful.structuredContent.numbers.sums, [3, 6]);
            await client.close();
        });
    }

    test('do not run for a client that cannot be asked', async () => {
        const client = await connectTo(example, allClients[0]);
        const result = await direct.call(client, 'gateway', 'careful', {});
        await client.close();
        // on_decline = "continue": the step that needs a yes is skipped.
        assert.equal(result.structuredContent.sure.action, 'decline');
        assert.equal(result.structuredContent.try, undefined);
    });
});

describe('at the endpoints of views', () => {
    let shared;
    before(async () => {
        const step = (tool) => ({ server: 'demo', tool, arguments: { message: 'x' } });
        shared = await startGateway({
            expose: 'both',
            children: () => [demoServer()],
            settings: {
                workflows: [
                    { name: 'says', description: 'echo', steps: [step('echo')] },
                    { name: 'fails', description: 'fail', steps: [step('echo'), step('fail')] },
                ],
                views: [{ name: 'some', tools: ['demo__echo'], expose: 'both' }],
            },
        });
    });
    after(() => shared?.stop());

    test('a workflow is shown where all of its tools are, and can do no more', async () => {
        const ask = modernSender(shared.at('/views/some/mcp'));
        let id = 0;
        const send = async (method, params) =>
            (await ask({ id: ++id, method, params })).messages.at(-1);
        const { result } = await send('tools/list');
        const names = result.tools.map(({ name }) => name);
        assert.ok(names.includes('says'), names.join());
        assert.ok(!names.includes('fails'), names.join());
        const refused = await send('tools/call', { name: 'fails', arguments: {} });
        assert.match(refused.error.message, /Unknown tool: fails/);
        const tried = await send('tools/call', {
            name: 'run_workflow',
            arguments: { workflow: [{ server: 'demo', tool: 'fail', args: { message: 'x' } }] },
        });
        assert.equal(tried.result.structuredContent.error.code, 'TOOL_NOT_FOUND');
    });
});

test('a workflow that waits for its client is bound to its request', async () => {
    const parked = await startGateway({ expose: 'gateway', children: () => [demoServer()] });
    const ask = modernSender(parked.url, { elicitation: { form: {} } });
    const call = async (question, more = {}) => {
        const step = { server: 'demo', tool: 'ask', args: { question } };
        const params = { name: 'run_workflow', arguments: { workflow: [step] }, ...more };
        return (await ask({ id: 1, method: 'tools/call', params })).messages.at(-1);
    };
    const waiting = (await call('first')).result;
    assert.equal(waiting.resultType, 'input_required');
    const [[key, { params }]] = Object.entries(waiting.inputRequests);
    assert.equal(params.message, 'first');
    const inputResponses = { [key]: { action: 'accept', content: { answer: 'x' } } };
    const { requestState } = waiting;
    // Of another request, and with a state that nobody gave.
    assert.ok((await call('other', { inputResponses, requestState })).error);
    assert.ok((await call('first', { inputResponses, requestState: 'made up' })).error);
    const done = await call('first', { inputResponses, requestState });
    assert.equal(done.result.structuredContent.status, 'completed');
    // An answer counts once.
    assert.ok((await call('first', { inputResponses, requestState })).error);
    assert.equal((await call('second')).result.resultType, 'input_required');
    await parked.stop();
});

test('any number of workflows run, and some wait for their clients', async () => {
    const settings = { limits: { parked_calls_per_client_max: 2 } };
    const children = () => [demoServer()];
    const limited = await startGateway({ expose: 'gateway', children, settings });
    const ask = modernSender(limited.url, { elicitation: { form: {} } });
    const call = async (tool, args) => {
        const params = {
            name: 'run_workflow',
            arguments: { workflow: [{ server: 'demo', tool, args }] },
        };
        return (await ask({ id: 1, method: 'tools/call', params })).messages.at(-1);
    };
    const many = Array.from({ length: 100 }, () => call('wait', { seconds: 0.5 }));
    for (const { result } of await Promise.all(many))
        assert.equal(result.structuredContent.status, 'completed');
    const asked = (n) => call('ask', { question: `${n}` });
    assert.equal((await asked(1)).result.resultType, 'input_required');
    assert.equal((await asked(2)).result.resultType, 'input_required');
    const third = await asked(3);
    assert.match(JSON.stringify(third), /SERVER_BUSY/);
    await limited.stop();
});

test('clients are told when a reload brings another workflow', async () => {
    const flow = (name) => ({
        name,
        description: 'echo',
        steps: [{ server: 'demo', tool: 'echo', arguments: { message: name } }],
    });
    const live = await startGateway({
        expose: 'gateway',
        children: () => [demoServer()],
        settings: { workflows: [flow('first')] },
    });
    const client = await connectTo(live, legacyHttp);
    const told = new Promise((resolve) => {
        client.setNotificationHandler(ToolListChangedNotificationSchema, resolve);
    });
    const names = async () => (await client.listTools()).tools.map(({ name }) => name);
    assert.ok((await names()).includes('first'));
    const content = JSON.parse(await readFile(live.config.file, 'utf8'));
    content.workflows = [flow('second')];
    await writeFile(`${live.config.file}.new`, JSON.stringify(content));
    await rename(`${live.config.file}.new`, live.config.file);
    await told;
    const now = await names();
    assert.ok(now.includes('second') && !now.includes('first'), now.join());
    const result = await direct.call(client, 'gateway', 'second', {});
    assert.deepEqual(result.structuredContent, { step1: 'second' });
    await client.close();
    await live.stop();
});

describe('the document', () => {
    const page = readFile(resolve(import.meta.dirname, '../../docs/workflows.md'), 'utf8');
    const blocks = async (language) =>
        [...(await page).matchAll(/^```(\w+)\n(.*?)^```/gms)]
            .filter((match) => match[1] === language)
            .map((match) => match[2]);

    test('has workflows that run', async () => {
        const gateway = await startGateway({ expose: 'gateway', children: allServers });
        const client = await connectTo(gateway, allClients[0]);
        const run = (args) => direct.call(client, 'gateway', 'run_workflow', args);
        const all = (await blocks('json')).map((text) => JSON.parse(text));
        const written = all.filter(({ workflow }) => workflow);
        assert.equal(written.length, 2);
        const [first, second] = [await run(written[0]), await run(written[1])];
        assert.deepEqual(first.structuredContent, all.find(({ status }) => status));
        assert.deepEqual(second.structuredContent.output, { said: 'It is 42' });
        await client.close();
        await gateway.stop();
    });

    test('has a configuration that runs', async () => {
        const config = await makeConfig({ children: () => [] });
        const file = join(config.directory, 'gateway.toml');
        const [flow] = await blocks('toml');
        const demo = `[[children]]\nname = "demo"\ncommand = "${binary}"\nargs = ["demo-server"]\n`;
        await writeFile(file, `${flow}\n${demo}`);
        const args = ['--listen', '127.0.0.1:0'];
        const documented = await startGateway({ config: { ...config, file }, args });
        const client = await connectTo(documented, allClients[0]);
        const result = await direct.call(client, 'gateway', 'report', { numbers: [1, 2] });
        assert.deepEqual(result.structuredContent, { text: '2 sums', sums: [3, 6] });
        await client.close();
        await documented.stop();
        await config.remove();
    });
});
