// SPDX-License-Identifier: Apache-2.0
// Sends mutated messages of servers through a gateway and looks at what comes out.

import { join } from 'node:path';

import { ServerNotificationSchema, ServerRequestSchema } from '@modelcontextprotocol/sdk/types.js';

import { connectTo, legacyHttp, modernHttp, modernRevision } from './clients.mjs';
import { mutationsOf } from './mutations.mjs';
import { messages } from './odd_messages.mjs';
import { node } from './paths.mjs';
import { acceptLooseUris, problemsOf } from './wire_schemas.mjs';

acceptLooseUris();

const legacyRevisions = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'];
export const oddServer = join(import.meta.dirname, '../fixtures/odd_server.mjs');
const answerLimitMs = 20_000; // what hangs fails

export const eras = ['legacy', 'modern'];
export const revisionsOf = { legacy: legacyRevisions.toReversed(), modern: [modernRevision] };
export const nameOf = (revision) => `odd-${revision}`;

/// Children that say what they are told to, one of each revision.
export const oddServers = async () =>
    eras.flatMap((era) =>
        revisionsOf[era].map((revision) => ({
            name: nameOf(revision),
            command: node,
            args: [oddServer, revision],
            era,
            tools: { lost: { timeout: 1 } },
            interactive: era === 'legacy' ? 'yes' : 'no', // so that nobody's first question waits
            instances: { max: 1 }, // so that another process shows that the first one ended
        })),
    );

const answers = {
    onElicit: async () => ({ action: 'accept', content: { name: 'a@odd.invalid' } }),
    onSample: async () => ({
        role: 'assistant',
        model: 'm',
        content: { type: 'text', text: 'yes' },
    }),
    onRoots: async () => ({ roots: [{ uri: 'file:///odd' }] }),
    hasUrls: true,
};

/// A client of the SDK, and what the gateway says to it.
export async function openClient(gateway, kind, revision) {
    const options = { ...answers, isChecked: false, revision };
    const client = await connectTo(gateway, kind, options);
    const errors = [];
    client.onerror = (error) => errors.push(error);
    return { client, revision, era: kind.era, errors };
}

export const openClients = async (gateway) => [
    ...(await Promise.all(
        legacyRevisions.map((revision) => openClient(gateway, legacyHttp, revision)),
    )),
    await openClient(gateway, modernHttp, modernRevision),
];

/// The requests of a client for the server `name`, directly or by the gateway's own tool.
function requestsOf({ client, era }, revision, expose) {
    const name = nameOf(revision);
    const limits = { timeout: answerLimitMs, onprogress() {} };
    const options = era === 'modern' ? [limits] : [undefined, limits];
    const call = (tool, args = {}) =>
        expose === 'all'
            ? client.callTool({ name: `${name}__${tool}`, arguments: args }, ...options)
            : client.callTool(
                  {
                      name: 'execute_child_tool',
                      arguments: { server_id: name, tool_name: tool, arguments: args },
                  },
                  ...options,
              );
    let number = 0;
    return {
        'tools/call': (lines) => call('say', { lines }),
        lost: (lines) => call('lost', { lines }),
        healthy: () => call('healthy'),
        arm: (method, lines) => call('arm', { method, lines }),
        'prompts/get': () => client.getPrompt({ name: `${name}__prompt` }, limits),
        // Another one each time, for clients keep what they read.
        'resources/read': () =>
            client.readResource({ uri: `odd://${revision}/item/${++number}` }, limits),
        'completion/complete': () =>
            client.complete(
                {
                    ref: { type: 'ref/prompt', name: `${name}__prompt` },
                    argument: { name: 'a', value: '' },
                },
                limits,
            ),
    };
}

const known = {
    notification: new Set(ServerNotificationSchema.options.map((o) => o.shape.method.value)),
    request: new Set(ServerRequestSchema.options.map((o) => o.shape.method.value)),
};

/// What the SDK of the legacy revisions says of a message that is no answer.
function sdkProblems(message) {
    if (message.method === undefined) return [];
    const kind = 'id' in message ? 'request' : 'notification';
    if (!known[kind].has(message.method)) return [];
    const schema = kind === 'request' ? ServerRequestSchema : ServerNotificationSchema;
    const parsed = schema.safeParse(message);
    return parsed.success ? [] : [`the SDK refuses it: ${inShort(parsed.error)}`];
}

/// What is wrong with all that came for one request.
function problemsWith({ client, revision, era, errors }, failure) {
    const { peer, gateway } = client.hop;
    const asked = new Map(peer.filter(({ method }) => method).map((m) => [String(m.id), m]));
    const found = [];
    for (const message of gateway) {
        const question = message.method === undefined ? asked.get(String(message.id)) : undefined;
        const problems = [
            ...problemsOf(message, revision, question),
            ...(era === 'legacy' ? sdkProblems(message) : []),
        ];
        for (const problem of problems)
            found.push(`${problem}\n      ${JSON.stringify(message).slice(0, 300)}`);
    }
    const last = gateway.filter(({ method }) => method === undefined).at(-1);
    const isNamed = last?.error !== undefined;
    if (failure && !isNamed) found.push(`the client throws: ${inShort(failure)}`);
    for (const error of errors) found.push(`the client reports: ${inShort(error)}`);
    return found;
}

/// What came of `run()`, and what is wrong with all that the client was sent meanwhile.
export async function exchange(peer, run) {
    peer.client.hop.gateway.length = 0;
    peer.client.hop.peer.length = 0;
    peer.errors.length = 0;
    let failure;
    let result;
    try {
        result = await run();
    } catch (error) {
        failure = error;
    }
    return { result, failure, problems: problemsWith(peer, failure) };
}

/// An error of the SDK in one line.
function inShort(error) {
    const issues = error?.issues ?? error?.cause?.issues;
    if (!issues) return String(error).replace(/\s+/g, ' ').slice(0, 300);
    const texts = issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    return texts.join('; ').slice(0, 300);
}

const pidOf = (result) => Number(result?.content?.[0]?.text);

/// What is wrong with what `peer` gets of one mutation, as texts; none if nothing is.
async function tryOne(requests, peer, { message, mutation, isModern }, process) {
    const lines = message.lines(mutation.text, isModern);
    const isCall = ['tools/call', 'lost'].includes(message.via);
    if (!isCall) await requests.arm(message.via, lines);
    const { problems } = await exchange(peer, () => requests[message.via](lines));
    const after = await exchange(peer, () => requests.healthy());
    const now = pidOf(after.result);
    // One that left a call without its answer may be replaced, then or before the next client.
    process.mayBeReplaced ||= message.via === 'lost';
    if (now && process.mayBeReplaced && now !== process.pid) {
        process.mayBeReplaced = message.via === 'lost';
        process.pid = now;
    }
    if (now !== process.pid) {
        const said = after.result ? JSON.stringify(after.result) : inShort(after.failure);
        problems.push(`the healthy tool answers ${said.slice(0, 200)}, not ${process.pid}`);
        process.pid = now; // told once
    }
    return [...problems, ...after.problems];
}

/// Runs mutations of all messages of the server `era`; `choose(list, name)` takes those of one
/// message that are sent. Returns { count, faults }.
export async function runMutations({ peers, era, expose, choose }) {
    const isModern = era === 'modern';
    const faults = [];
    let count = 0;
    // Each client in front of each server in turn.
    const routes = [];
    for (const revision of revisionsOf[era]) {
        const process = {};
        for (const peer of peers)
            routes.push({ peer, revision, process, to: requestsOf(peer, revision, expose) });
        process.pid = pidOf(await routes.at(-1).to.healthy());
    }
    for (const message of messages) {
        if (!message.eras.includes(era)) continue;
        if (expose === 'gateway' && !['tools/call', 'lost'].includes(message.via)) continue;
        const all = [...mutationsOf(message.value(isModern))];
        for (const mutation of choose(all, message.name)) {
            const { peer, revision, process, to } = routes[count++ % routes.length];
            const what = { message, mutation, isModern };
            for (const problem of await tryOne(to, peer, what, process))
                faults.push(
                    `${message.name} of a server of ${revision}, ${mutation.path} ` +
                        `${mutation.kind}, client of ${peer.revision}: ${problem}`,
                );
        }
    }
    return { count, faults };
}
