// SPDX-License-Identifier: Apache-2.0
// The tests that compare what clients see of the Python servers directly and through the gateway.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { checkRefused, textOf } from './actions.mjs';
import { legacyHttp, legacySse, legacyStdio, modernHttp, modernStdio } from './clients.mjs';
import { startGateway } from './gateway.mjs';
import { pythonServer, startPythonRemote } from './python_servers.mjs';
import { direct } from './routes.mjs';
import { acrossEras, person, transcribe } from './transcripts.mjs';

/// By transport of the server: the client of each era that reaches it directly.
const directly = {
    stdio: { legacy: legacyStdio, modern: modernStdio },
    sse: { legacy: legacySse },
    http: { legacy: legacyHttp, modern: modernHttp },
};

/// [what it is called, how it is done] of everything that `sdk` offers.
function deeds(client, tools) {
    const call = (name, args, options) => direct.call(client, '', name, args, options);
    const argumentsOf = {
        echo: { text: 'naïve "quotes" 日本語 🚪 \u2028' },
        add: { a: 2, b: 40 },
        describe: { city: 'Reykjavík' },
        fail: { message: 'as asked' },
        steps: { count: 3 },
        log: { text: 'noted' },
        ask_form: { message: 'Who are you?' },
        ask_url: { message: 'Log in' },
        ask_model: { prompt: 'Say something' },
        need_form: { message: 'Who are you?' },
        need_model: { prompt: 'Say something' },
        need_all: { message: 'Who are you?', prompt: 'Say something' },
        require_url: { message: 'Log in' },
    };
    const list = {
        'tools/list': () => client.listTools(),
        'prompts/list': () => client.listPrompts(),
        'resources/list': () => client.listResources(),
        'resources/templates/list': () => client.listResourceTemplates(),
    };
    const other = {
        'call with a wrong argument': () => call('add', { a: 'one' }),
        'read notes://static': () => client.readResource({ uri: 'notes://static' }),
        'read notes://picture': () => client.readResource({ uri: 'notes://picture' }),
        'read notes://by-name/x': () => client.readResource({ uri: 'notes://by-name/x' }),
        'get review': () => client.getPrompt({ name: 'review', arguments: { code: 'x = 1' } }),
        'get review of nothing': () => client.getPrompt({ name: 'review', arguments: {} }),
    };
    const calls = tools.map((name) => [
        `call ${name}`,
        () => call(name, argumentsOf[name], name === 'steps' ? { onprogress() {} } : {}),
    ]);
    return [...Object.entries(list), ...calls, ...Object.entries(other)];
}

/// Changes what the others see, so it is none of the deeds that are compared.
const untold = ['grow'];
/// Tools that ask their client. Where a server keeps no session, or answers in plain JSON, their
/// questions reach nobody: the SDK 1.x waits for ever.
const asks = /^(ask|need|require)_/;
const carriesQuestions = (words) => !words.includes('stateless') && !words.includes('json');

/// HTTP+SSE belongs to the legacy era, so nothing of the modern one is behind it.
const isTranslated = ({ asksInRounds }, { era }, words) =>
    asksInRounds && era === 'legacy' && words[0] !== 'sse' && carriesQuestions(words);

async function transcribeDirectly(kind, target, words) {
    const client = await kind.connect(target, { ...person, isChecked: false });
    try {
        const names = (await client.listTools()).tools.map(({ name }) => name);
        const tools = names.filter(
            (name) => !untold.includes(name) && (carriesQuestions(words) || !asks.test(name)),
        );
        return { tools, transcript: await transcribe(client, deeds(client, tools)) };
    } finally {
        await client.close();
    }
}

/// `words` are those of startPythonRemote(), or 'stdio'; `kinds`: the clients of the gateway.
export function compare(sdks, words, kinds) {
    const [transport] = words;
    describe(`Python servers over ${words.join(', ')}`, () => {
        let gateway;
        const targets = {};
        const remotes = [];
        before(async () => {
            const childOf = async (sdk) => {
                const server = pythonServer(sdk);
                targets[sdk.name] = server;
                if (transport === 'stdio') return server;
                const remote = await startPythonRemote(sdk, ...words);
                remotes.push(remote);
                targets[sdk.name] = remote.url;
                return { name: sdk.name, url: remote.url.href };
            };
            const children = await Promise.all(sdks.map(childOf));
            gateway = await startGateway({ expose: 'all', children: async () => children });
        });
        after(async () => {
            await gateway?.stop();
            for (const remote of remotes) await remote.stop();
        });

        for (const sdk of sdks) {
            describe(sdk.name, () => {
                const seenDirectly = {};
                let tools;
                before(async () => {
                    for (const [era, kind] of Object.entries(directly[transport])) {
                        if (!sdk.eras.includes(era)) continue;
                        const seen = await transcribeDirectly(kind, targets[sdk.name], words);
                        tools = seen.tools;
                        seenDirectly[era] = seen.transcript;
                    }
                });

                for (const kind of kinds) {
                    test(`is the same to a ${kind.name} as without the gateway`, async () => {
                        const client = await kind.connect(
                            gateway.at(`/servers/${sdk.name}/mcp`),
                            person,
                        );
                        const through = await transcribe(client, deeds(client, tools));
                        const own = seenDirectly[kind.era];
                        const seen = own ? through : acrossEras(through);
                        const expected = { ...(own ?? acrossEras(seenDirectly.legacy)) };
                        // The server refuses these to an older client, and the gateway translates.
                        const translated = isTranslated(sdk, kind, words)
                            ? sdk.asksInRounds
                            : [];
                        for (const name of translated) {
                            assert.match(textOf(through[`call ${name}`].answer.result), /waits/);
                            delete expected[`call ${name}`];
                        }
                        for (const deed of Object.keys(expected))
                            assert.deepEqual({ [deed]: seen[deed] }, { [deed]: expected[deed] });
                        const none = { name: 'absent', arguments: {} };
                        await checkRefused(client.callTool(none), /unknown tool/i);
                        await client.close();
                    });
                }
            });
        }
    });
}
