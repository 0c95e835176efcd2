// SPDX-License-Identifier: Apache-2.0
// Whatever a server says when something of it changes, or is asked to tell of changes, clients that
// listen hear what their revision allows, and go on hearing of changes. MCPGW_ODD_MESSAGES and
// MCPGW_ODD_SEED are as in support/odd_tests.mjs.

import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { after, before, describe, test } from 'node:test';

import { ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';

import { connectTo, legacyHttp, modernHttp } from './support/clients.mjs';
import { startGateway } from './support/gateway.mjs';
import { mutationsOf, randomFrom, sampleOf } from './support/mutations.mjs';
import { eras, nameOf, oddServers, revisionsOf } from './support/odd_run.mjs';

const isWhole = process.env.MCPGW_ODD_MESSAGES === 'all';
const seed = Number(process.env.MCPGW_ODD_SEED ?? 1);
const shownMax = 20;
const answerLimitMs = 20_000; // what hangs fails
const updated = 'notifications/resources/updated';

const _meta = { 'odd.invalid/key': { a: 1 } };
const tagged = { ..._meta, 'io.modelcontextprotocol/subscriptionId': '@listen@' };
const changeOf = (kind, meta) => ({
    jsonrpc: '2.0',
    method: `notifications/${kind}/list_changed`,
    params: { _meta: meta },
});
const updateOf = (uri, meta) => ({ jsonrpc: '2.0', method: updated, params: { uri, _meta: meta } });

/// What a server says by itself; `uri` is of the resource that clients watch.
const newsOf = {
    legacy: (uri) => [updateOf(uri, _meta), changeOf('tools', _meta), changeOf('resources', _meta)],
    modern: (uri) => [
        updateOf(uri, tagged),
        changeOf('tools', tagged),
        {
            jsonrpc: '2.0',
            method: 'notifications/subscriptions/acknowledged',
            params: {
                _meta: tagged,
                notifications: { toolsListChanged: true, resourceSubscriptions: [uri] },
            },
        },
    ],
};
/// The answer to the request that asks for changes.
const answers = { legacy: { _meta }, modern: { resultType: 'complete', _meta: tagged } };
const request = { legacy: 'resources/subscribe', modern: 'subscriptions/listen' };

const placed = (text) => text.replaceAll('"@listen@"', '@listen@');

describe(`odd changes, seed ${seed}`, () => {
    let gateway;
    before(async () => {
        gateway = await startGateway({ expose: 'all', children: oddServers });
    });
    after(() => gateway?.stop());

    /// A client that watches `uris`; `heard` emits the URI of each that is updated.
    async function openListener(kind, uris) {
        const client = await connectTo(gateway, kind);
        const heard = new EventEmitter();
        const tell = ({ params }) => heard.emit(params.uri);
        client.setNotificationHandler(
            kind.era === 'legacy' ? ResourceUpdatedNotificationSchema : updated,
            tell,
        );
        if (kind.era === 'legacy')
            for (const uri of uris) await client.subscribeResource({ uri });
        else await client.listen({ toolsListChanged: true, resourceSubscriptions: uris });
        return { client, heard };
    }

    for (const kind of [legacyHttp, modernHttp])
        for (const era of eras)
            test(`of a ${era} server are changes to a ${kind.name}`, async (t) => {
                const random = randomFrom(seed);
                const choose = (all) => (isWhole ? all : sampleOf(all, 1, random));
                const [revision] = revisionsOf[era];
                const uri = `odd://${revision}/one`;
                const { client, heard } = await openListener(kind, [uri]);
                const faults = [];
                let count = 0;
                const limits = { timeout: answerLimitMs };
                const call = (tool, args) => {
                    const params = { name: `${nameOf(revision)}__${tool}`, arguments: args };
                    return kind.era === 'legacy'
                        ? client.callTool(params, undefined, limits)
                        : client.callTool(params, limits);
                };
                const say = (line) => {
                    const type = era === 'modern' ? '"resultType":"complete",' : '';
                    const result = `{${type}"content":[{"type":"text","text":"said"}]}`;
                    const lines = [line, `{"jsonrpc":"2.0","id":@id@,"result":${result}}`];
                    return call('say', { lines: lines.map(placed) });
                };
                for (const message of newsOf[era](uri))
                    for (const { path, kind: change, text } of choose([...mutationsOf(message)])) {
                        count += 1;
                        const what = `${message.method}, ${path} ${change}`;
                        await say(text).catch((error) => faults.push(`${what}: ${error}`));
                    }
                const odd = choose([...mutationsOf(answers[era])]);
                // Of a stream that ends at once the gateway waits for the acknowledgement.
                const most = era === 'modern' && !isWhole ? 4 : odd.length;
                for (const { path, kind: change, text } of odd.slice(0, most)) {
                    const watched = `odd://${revision}/item/${kind.era}-${++count}`;
                    const line = `{"jsonrpc":"2.0","id":@id@,"result":${text}}`;
                    await call('arm', { method: request[era], lines: [placed(line)] });
                    if (kind.era === 'modern') continue; // its stream would end with the server's
                    await client.subscribeResource({ uri: watched }, limits).catch((error) => {
                        const isNamed = typeof error.code === 'number';
                        if (!isNamed) faults.push(`${request[era]}, ${path} ${change}: ${error}`);
                    });
                }
                t.diagnostic(`${count} messages, seed ${seed}`);
                const told = once(heard, uri, { signal: AbortSignal.timeout(answerLimitMs) });
                await say(JSON.stringify(newsOf[era](uri)[0]));
                await told;
                const shown = faults.slice(0, shownMax).join('\n');
                assert.ok(faults.length === 0, `${faults.length} faults, seed ${seed}\n${shown}`);
                await client.close(); // checks all that came
            });
});
