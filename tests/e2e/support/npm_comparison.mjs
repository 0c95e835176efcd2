// SPDX-License-Identifier: Apache-2.0
// The tests that compare what clients see of the servers from npm directly and through the gateway.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { connectTo, legacyHttp, legacyStdio, modernHttp, modernStdio } from './clients.mjs';
import { startGateway } from './gateway.mjs';
import { npmCommand, startNpmRemote } from './npm_servers.mjs';
import { hasRemoved, willRemove } from './orphans.mjs';
import { direct, executed, merged } from './routes.mjs';
import { acrossEras, transcribe } from './transcripts.mjs';

const directly = {
    stdio: { legacy: legacyStdio, modern: modernStdio },
    http: { legacy: legacyHttp, modern: modernHttp },
};

/// What the entries of a list are called in it, and how it is asked for.
const lists = {
    'tools/list': ['tools', 'listTools'],
    'prompts/list': ['prompts', 'listPrompts'],
    'resources/list': ['resources', 'listResources'],
    'resources/templates/list': ['resourceTemplates', 'listResourceTemplates'],
};

const listDeeds = (client) =>
    Object.entries(lists).map(([name, [, method]]) => [
        name,
        async () => {
            const last = await client[method]();
            // The SDK 1.x reads one page.
            for (let at = last.nextCursor; at; )
                at = (await client[method]({ cursor: at })).nextCursor;
            return last;
        },
    ]);

/// One list of the pages that came.
function joinPages({ answer, events }, member) {
    const answers = events.filter(({ result }) => result?.[member]);
    const pages = [...answers.map(({ result }) => result), answer.result ?? {}];
    const rest = events.filter((event) => !answers.includes(event));
    const items = pages.flatMap((page) => page[member] ?? []);
    if (!answer.result) return { answer, events: rest };
    const { nextCursor, ...last } = answer.result;
    return { answer: { result: { ...last, [member]: items } }, events: rest };
}

const requestOptions = { timeout: 60_000 };

/// The ways through the gateway: its `expose`, where the client connects, the route of calls, and
/// what prompts are called there. `own`: the endpoint of one server; `merged`: the list of all;
/// `executed`: the gateway's own tools, which only call.
const views = {
    own: {
        expose: 'all',
        route: direct,
        connect: (gateway, kind, server, who) =>
            kind.connect(gateway.at(`/servers/${server.name}/mcp`), who),
    },
    merged: {
        expose: 'all',
        route: merged,
        named: (server, name) => `${server}__${name}`,
        connect: (gateway, kind, _, who) => connectTo(gateway, kind, who),
    },
    executed: {
        expose: 'gateway',
        route: executed,
        connect: (gateway, kind, _, who) => connectTo(gateway, kind, who),
    },
};

const isList = (deed) => deed in lists;
const isCall = ([deed]) => deed.startsWith('call ');
const asksRoots = ([method]) => method === 'roots/list';
const isRoots = ({ method }) => method === 'roots/list';
const isMade = /^demo:\/\/resource\/session\//;
const isLog = ({ method }) => method === 'notifications/message';

const serverInfo = 'io.modelcontextprotocol/serverInfo';
const withoutServerInfo = ({ _meta, ...result }) => {
    const { [serverInfo]: _, ...meta } = _meta ?? {};
    return { ...result, _meta: meta };
};

/// Everything in which what a client sees may differ with the gateway between: why, where, and what
/// is then compared.
const differences = [
    {
        why: 'a list that a server does not have is an empty one',
        where: (deed) => isList(deed),
        compare: ({ answer, events }) => {
            const { error, result = {} } = answer;
            const isMissing = error?.code === -32601 || error === 'Method not found';
            const isEmpty = Object.values(result).some((it) => it?.length === 0);
            return isMissing || isEmpty ? 'nothing' : { answer, events };
        },
    },
    {
        why: 'the list of all servers is that of the gateway',
        where: (deed, view) => isList(deed) && view === 'merged',
        compare: ({ answer, ...entry }) => ({
            ...entry,
            answer: { result: withoutServerInfo(answer.result) },
        }),
    },
    {
        why: 'what no server has is refused by the gateway, in its own words',
        where: (deed, view) =>
            / no prompt$/.test(deed) || (/ not there$/.test(deed) && view === 'merged'),
        compare: ({ answer }) => (answer.error ? 'refused' : answer),
    },
    {
        why: 'roots are those of the configuration, or asked for again for each client',
        where: () => true,
        compare: ({ asked, events, ...entry }) => ({
            ...entry,
            ...(asked && { asked: asked.filter((one) => !asksRoots(one)) }),
            ...(events && { events: events.filter((event) => !isRoots(event)) }),
        }),
    },
    {
        why: 'in the modern era a server says call by call what becomes a task',
        where: (deed, view, isAcross) => deed === 'tools/list' && isAcross,
        compare: ({ answer, ...entry }) => ({
            ...entry,
            answer: {
                result: {
                    ...answer.result,
                    tools: answer.result.tools.map(({ execution, ...tool }) => tool),
                },
            },
        }),
    },
    {
        why: 'a shared server lists what it made for others',
        where: (deed) => deed === 'resources/list',
        compare: ({ answer, ...entry }) => ({
            ...entry,
            answer: {
                result: {
                    ...answer.result,
                    resources: answer.result.resources.filter(({ uri }) => !isMade.test(uri)),
                },
            },
        }),
    },
    {
        why: 'what a shared server says outside of any call is for nobody',
        where: () => true,
        compare: ({ events, ...entry }) => ({
            ...entry,
            ...(events && { events: events.filter((event) => !isLog(event)) }),
        }),
    },
];

/// What is compared of an entry, after all differences that may be.
const compared = (entry, ...where) =>
    differences
        .filter((one) => one.where(...where))
        .reduce((left, { compare }) => (typeof left === 'string' ? left : compare(left)), entry);

/// Without the names that the gateway gives, and what it adds to results.
function withoutAdditions(seen, server, view) {
    if (view === 'merged')
        return JSON.parse(JSON.stringify(seen).replaceAll(`"${server.name}__`, '"'));
    if (view === 'executed')
        for (const { answer } of Object.values(seen)) {
            // Where there is nothing structured, which tool of which server it was.
            const { server_id, tool_name, ...more } = answer.result?.structuredContent ?? {};
            if (server_id === server.name && tool_name && Object.keys(more).length === 0)
                delete answer.result.structuredContent;
        }
    return seen;
}

/// What deeds are done with.
function toolsFor(client, { name: server }, { route, named = (_, name) => name }) {
    const own = (name) => named(server, name);
    return {
        call: (tool, args, options) => route.call(client, server, tool, args, options),
        read: (uri) => client.readResource({ uri }, requestOptions),
        prompt: (name, args) =>
            client.getPrompt({ name: own(name), ...(args && { arguments: args }) }, requestOptions),
        complete: ({ type, name }, argument, context) =>
            client.complete(
                { ref: { type, name: own(name) }, argument, ...(context && { context }) },
                requestOptions,
            ),
    };
}

/// What `client` sees of everything that is done with `server`.
async function observe(client, server, about, view) {
    const use = toolsFor(client, server, views[view]);
    const deeds = Object.entries(server.deeds(use, about));
    const isReached = view !== 'executed';
    const all = isReached ? [...listDeeds(client), ...deeds] : deeds.filter(isCall);
    const seen = await transcribe(client, all);
    for (const [name, [member]] of isReached ? Object.entries(lists) : [])
        seen[name] = joinPages(seen[name], member);
    const own = withoutAdditions(seen, server, view);
    return server.settle ? JSON.parse(server.settle(JSON.stringify(own))) : own;
}

async function makeDirectory() {
    const directory = await mkdtemp(join(tmpdir(), 'mcp-gateway-e2e-'));
    willRemove(directory);
    return directory;
}

const sessionKey = 'mcp-gateway/session';

/// Who has no session, neither by the protocol nor by a pipe, names one.
function nameSession(client) {
    const call = client.callTool.bind(client);
    client.callTool = (params, ...rest) =>
        call({ ...params, _meta: { [sessionKey]: 'one' } }, ...rest);
}

/// `ways`: [view, kind of client] of those that come through the gateway.
export function compareServer(server, transport, ways) {
    describe(`${server.name} over ${transport}`, { skip: server.skip }, () => {
        const gateways = {};
        const seenDirectly = {};
        let directory;
        let remote;
        const prepare = () => server.prepare?.(directory);
        before(async () => {
            directory = await makeDirectory();
            const about = await prepare();
            if (transport === 'http') remote = await startNpmRemote(server);
            const where = remote ? { url: remote.url.href } : npmCommand(server, about);
            const child = { name: server.name, ...where, ...server.settings };
            for (const [view] of ways) {
                const { expose } = views[view];
                gateways[expose] ??= await startGateway({ expose, children: async () => [child] });
            }
            for (const era of server.eras) {
                const kind = directly[transport][era];
                const target = remote?.url ?? npmCommand(server, await prepare());
                const client = await kind.connect(target, { ...server.who, isChecked: false });
                seenDirectly[era] = await observe(client, server, about, 'own');
                await client.close();
            }
        });
        after(async () => {
            for (const gateway of Object.values(gateways)) await gateway.stop();
            await remote?.stop();
            await rm(directory, { recursive: true, force: true });
            hasRemoved(directory);
        });

        for (const [view, kind] of ways) {
            test(`is the same to a ${kind.name} as without the gateway, ${view}`, async () => {
                const about = await prepare();
                const { expose, connect } = views[view];
                const client = await connect(gateways[expose], kind, server, server.who);
                const hasNone = kind.era === 'modern' && kind.over === 'http';
                if (server.settings?.sharing && hasNone) nameSession(client);
                const through = await observe(client, server, about, view);
                await client.close();
                const own = seenDirectly[kind.era];
                const expected = own ?? acrossEras(seenDirectly.legacy);
                const seen = own ? through : acrossEras(through);
                for (const deed of Object.keys(seen)) {
                    const of = (all) => ({ [deed]: compared(all[deed], deed, view, !own) });
                    assert.deepEqual(of(seen), of(expected));
                }
            });
        }
    });
}
