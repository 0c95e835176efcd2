// The tests that compare what clients see of the Python servers directly and through the gateway.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { checkRefused, textOf } from './actions.mjs';
import { legacyHttp, legacySse, legacyStdio, modernHttp, modernStdio } from './clients.mjs';
import { startGateway } from './gateway.mjs';
import { pythonServer, startPythonRemote } from './python_servers.mjs';
import { acrossEras, person, transcribe } from './transcripts.mjs';

/// By transport of the server: the client of each era that reaches it directly.
const directly = {
    stdio: { legacy: legacyStdio, modern: modernStdio },
    sse: { legacy: legacySse },
    http: { legacy: legacyHttp, modern: modernHttp },
};

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
        return { tools, transcript: await transcribe(client, tools, kind.era) };
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
                const direct = {};
                let tools;
                before(async () => {
                    for (const [era, kind] of Object.entries(directly[transport])) {
                        if (!sdk.eras.includes(era)) continue;
                        const seen = await transcribeDirectly(kind, targets[sdk.name], words);
                        tools = seen.tools;
                        direct[era] = seen.transcript;
                    }
                });

                for (const kind of kinds) {
                    test(`is the same to a ${kind.name} as without the gateway`, async () => {
                        const client = await kind.connect(
                            gateway.at(`/servers/${sdk.name}/mcp`),
                            person,
                        );
                        const through = await transcribe(client, tools, kind.era);
                        const own = direct[kind.era];
                        const seen = own ? through : acrossEras(through);
                        const expected = { ...(own ?? acrossEras(direct.legacy)) };
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
