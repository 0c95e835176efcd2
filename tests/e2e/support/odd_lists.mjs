// SPDX-License-Identifier: Apache-2.0
// Servers whose lists and first words are mutated: one with many odd entries, and one for each
// mutation of a whole list or of what a server says of itself.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { modernRevision } from './clients.mjs';
import { mutationsOf } from './mutations.mjs';
import { entries, handshakes } from './odd_messages.mjs';
import { oddServer } from './odd_run.mjs';
import { node } from './paths.mjs';

const inputSchema = { type: 'object' };
/// What is in order in each list, and must stay.
export const healthyEntries = {
    'tools/list': { name: 'healthy', inputSchema },
    'prompts/list': { name: 'healthy' },
    'resources/list': { uri: 'odd://healthy', name: 'healthy' },
    'resources/templates/list': { uriTemplate: 'odd://healthy/{a}', name: 'healthy' },
};

const revisionOf = { legacy: '2025-11-25', modern: modernRevision };
const kept = { legacy: '', modern: '"resultType":"complete","ttlMs":0,"cacheScope":"public",' };

/// Each has a name of its own, for a list has no entry twice.
const numbered = (text, number) =>
    text
        .replaceAll('"name":"odd"', `"name":"odd-${number}"`)
        .replaceAll('"name":"linked"', `"name":"linked-${number}"`)
        .replaceAll('odd://listed', `odd://listed/${number}`)
        .replaceAll('odd://linked', `odd://linked/${number}`);

const answersWithOddEntries = (era, choose) =>
    Object.fromEntries(
        Object.entries(entries).map(([method, [key, entry]]) => {
            // What is nested beyond the limit is no message at all, with all that it holds.
            const sent = [...mutationsOf(entry)].filter(({ kind }) => kind !== 'nested too deep');
            const odd = choose(sent).map(({ text }, i) => numbered(text, i));
            const all = [JSON.stringify(healthyEntries[method]), ...odd].join(',');
            return [method, `"result":{${kept[era]}"${key}":[${all}]}`];
        }),
    );

/// A whole list of tools.
const listOf = (era) => ({
    ...(era === 'modern' && { resultType: 'complete', ttlMs: 1, cacheScope: 'public' }),
    tools: [healthyEntries['tools/list']],
    nextCursor: 'more',
    _meta: { 'odd.invalid/key': { a: 1 } },
});
const firstRequest = { legacy: 'initialize', modern: 'server/discover' };

/// A server for each mutation that `choose(list)` takes of a list as a whole and of what a server
/// says of itself first: { name, era, what, answers }.
export function serversSayingOddly(era, choose) {
    const alone = (prefix, method, value) =>
        choose([...mutationsOf(value)]).map(({ path, kind, text }, i) => ({
            name: `${era}-${prefix}-${i}`,
            era,
            what: `${method}, ${path} ${kind}`,
            answers: { [method]: `"result":${text}` },
        }));
    const method = firstRequest[era];
    return [
        ...alone('list', 'tools/list', listOf(era)),
        ...alone('first', method, handshakes[method]),
    ];
}

/// One server of an era with mutated entries in all of its lists.
export const serverOfOddEntries = (era, choose) => ({
    name: `${era}-entries`,
    era,
    what: 'entries of lists',
    answers: answersWithOddEntries(era, choose),
});

/// How a gateway starts them, for its configuration.
export const startOf = (servers) => (directory) =>
    Promise.all(
        servers.map(async ({ name, era, answers }) => {
            const file = join(directory, `${name}.json`);
            await writeFile(file, JSON.stringify(answers));
            const args = [oddServer, revisionOf[era], file];
            return { name, command: node, args, era, interactive: 'no' };
        }),
    );
