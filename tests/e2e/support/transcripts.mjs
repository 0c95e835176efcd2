// SPDX-License-Identifier: Apache-2.0
// What a client sees of a server, as JSON: every list, every call, and what happens during it. Two
// transcripts of one server, one of them through the gateway, must be the same.

/// A person behind the client, who answers every question and keeps what was asked.
export const person = {
    hasUrls: true,
    onElicit: ({ mode }) =>
        mode === 'url'
            ? { action: 'accept' }
            : { action: 'accept', content: { name: 'Ada', age: 36 } },
    onSample: ({ messages }) => ({
        role: 'assistant',
        model: 'none',
        content: { type: 'text', text: `reply to ${[messages[0].content].flat()[0].text}` },
    }),
    onRoots: () => ({ roots: [{ uri: 'file:///home/ada', name: 'home' }] }),
};

const isAnswer = (message) => 'result' in message || 'error' in message;
const isListChange = ({ method = '' }) => method.endsWith('list_changed');
const ofOneHop = ['progressToken', 'requestState', 'elicitationId'];

/// Without what each hop makes anew, and with members in one order.
function settle(value, key) {
    if (Array.isArray(value)) return value.map((item) => settle(item));
    if (typeof value !== 'object' || value === null) return value;
    const kept = Object.entries(value).filter(
        ([name]) =>
            !ofOneHop.includes(name) &&
            !(name === 'id' && key === undefined && 'jsonrpc' in value),
    );
    return Object.fromEntries(
        kept.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, item]) => [name, settle(item, name)]),
    );
}

/// Runs `act` and returns what came from the server meanwhile: { answer, events }.
async function watch(client, act) {
    const begin = client.hop.gateway.length;
    let failure;
    const seen = await act().catch((error) => void (failure = error));
    const came = client.hop.gateway.slice(begin).filter((message) => !isListChange(message));
    const last = came.findLastIndex(isAnswer);
    if (last < 0 && failure) throw failure;
    // Nobody was asked: the client knows it from what the server said of itself.
    if (last < 0) return { answer: { result: settle(seen) }, events: [] };
    const { result, error } = came[last];
    return {
        answer: settle(error ? { error } : { result }),
        events: came.filter((_, at) => at !== last).map((message) => settle(message)),
    };
}

/// Runs each of `deeds`, [what it is called, how it is done]; returns { 'tools/list': { answer,
/// events }, … }.
export async function transcribe(client, deeds) {
    const all = {};
    for (const [name, act] of deeds) all[name] = await watch(client, act);
    return all;
}

const questions = ['elicitation/create', 'sampling/createMessage', 'roots/list'];

/// What a transcript says whatever the era: results without what only one era has, and what was
/// asked of the client, in whatever form.
export function acrossEras(transcript) {
    const strip = ({ result, error }) => {
        if (error) return { error: error.message };
        const { resultType, ttlMs, cacheScope, _meta = {}, ...rest } = result;
        const { 'io.modelcontextprotocol/serverInfo': _, ...meta } = _meta;
        return { result: Object.keys(meta).length > 0 ? { ...rest, _meta: meta } : rest };
    };
    const asked = ({ method, params, result }) => {
        if (questions.includes(method)) return [[method, params ?? {}]];
        const inside = Object.values(result?.inputRequests ?? {});
        return inside.map((one) => [one.method, one.params ?? {}]);
    };
    const told = ({ method, params }) => (method === 'notifications/progress' ? [params] : []);
    return Object.fromEntries(
        Object.entries(transcript).map(([name, { answer, events }]) => [
            name,
            {
                answer: strip(answer),
                asked: events.flatMap(asked).map(([what, { mode, ...params }]) => [what, params]),
                progress: events.flatMap(told),
            },
        ]),
    );
}
