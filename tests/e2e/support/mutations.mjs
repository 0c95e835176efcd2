// SPDX-License-Identifier: Apache-2.0
// One message, and all that can be wrong with it in one place: each member and each entry of a
// list, at any depth, is left out, null, of another type, there twice, nested, too large, empty, a
// word that nobody knows, or in the wrong case. Made as text, for some of it no value has.

const quoted = JSON.stringify;
const isText = (value) => typeof value === 'string';
const isList = Array.isArray;
const isObject = (value) => typeof value === 'object' && value !== null && !isList(value);
const isNumber = (value) => typeof value === 'number';
const always = () => true;
const not = (isIt) => (value) => !isIt(value);

const upper = (text) => text[0].toUpperCase() + text.slice(1);
/// What is inside the brackets of `text`, after `first`.
const withFirst = (first, text) => [first, text.slice(1, -1)].filter(Boolean).join(',');
const depthNobodyTakes = 300;
const nestedDeep = '['.repeat(depthNobodyTakes) + ']'.repeat(depthNobodyTakes);

/// kind → [which values it is for, what stands there instead].
const replacements = {
    null: [always, () => 'null'],
    text: [not(isText), () => '"odd"'],
    number: [not(isNumber), () => '7'],
    boolean: [(value) => typeof value !== 'boolean', () => 'true'],
    list: [not(isList), () => '["odd"]'],
    object: [not(isObject), () => '{"odd":1}'],
    'empty list': [always, () => '[]'],
    'empty object': [always, () => '{}'],
    'empty text': [always, () => '""'],
    'nested in a list': [always, (text) => `[${text}]`],
    'nested in an object': [always, (text) => `{"value":${text}}`],
    'nested too deep': [always, () => nestedDeep],
    'with a null entry': [isList, (text) => `[${withFirst('null', text)}]`],
    'with a null member': [isObject, (text) => `{${withFirst('"odd":null', text)}}`],
    'huge number': [always, () => '123456789012345678901234567890'],
    'endless number': [always, () => '1e999'],
    fraction: [always, () => '0.5'],
    'negative number': [always, () => '-3'],
    'number as text': [isNumber, (text) => `"${text}"`],
    'boolean as text': [(value) => typeof value === 'boolean', (text) => `"${text}"`],
    'JSON as text': [(value) => isObject(value) || isList(value), (text) => quoted(text)],
    'unknown word': [isText, () => '"no-such-word"'],
    'wrong case of the value': [isText, (text) => text.toUpperCase()],
    'text with a zero byte': [isText, (text) => `${text.slice(0, -1)}\\u0000"`],
};

/// kind → how the member (or entry, without a key) is written.
const rewritings = {
    dropped: () => [],
    twice: (member) => [member, member],
    'twice, null first': (member, key) => [key('null'), member],
    'twice, null last': (member, key) => [member, key('null')],
    'twice, a number last': (member, key) => [member, key('7')],
};

const hex = (unit) => unit.toString(16).padStart(4, '0');
/// Kinds for members alone.
const renamings = {
    'wrong case of the name': (name) => upper(name),
    'name with an escape': (name) => `\\u${hex(name.charCodeAt(0))}${name.slice(1)}`,
};

export const kinds = [
    ...Object.keys(replacements),
    ...Object.keys(rewritings),
    ...Object.keys(renamings),
];

function* changesOf(value, text, name) {
    const key = (content) => (name === undefined ? content : `${quoted(name)}:${content}`);
    for (const [kind, [isFor, make]] of Object.entries(replacements)) {
        const made = isFor(value) ? make(text) : text;
        if (made !== text) yield [kind, [key(made)]];
    }
    for (const [kind, make] of Object.entries(rewritings)) yield [kind, make(key(text), key)];
    if (name)
        for (const [kind, make] of Object.entries(renamings)) {
            const made = kind.includes('escape') ? make(name) : quoted(make(name)).slice(1, -1);
            if (made !== name) yield [kind, [`"${made}":${text}`]];
        }
}

const separated = (parts) => parts.flat().join(',');

/// All mutations of the JSON `value`, as { path, kind, text }; `path` is for people.
export function* mutationsOf(value, path = '') {
    if (typeof value !== 'object' || value === null) return;
    const names = isList(value) ? value.map(() => undefined) : Object.keys(value);
    const values = Object.values(value);
    const parts = values.map((each, i) =>
        names[i] === undefined ? quoted(each) : `${quoted(names[i])}:${quoted(each)}`,
    );
    const around = (i, part) => {
        const text = separated([...parts.slice(0, i), part, ...parts.slice(i + 1)]);
        return isList(value) ? `[${text}]` : `{${text}}`;
    };
    for (let i = 0; i < values.length; i++) {
        const place = names[i] === undefined ? `${path}[${i}]` : `${path}.${names[i]}`;
        for (const [kind, part] of changesOf(values[i], quoted(values[i]), names[i]))
            yield { path: place, kind, text: around(i, part) };
        for (const inner of mutationsOf(values[i], place)) {
            const key = names[i] === undefined ? '' : `${quoted(names[i])}:`;
            yield { ...inner, text: around(i, [key + inner.text]) };
        }
    }
}

/// mulberry32: the same numbers from the same seed.
export function randomFrom(seed) {
    let state = seed >>> 0;
    return () => {
        state = (state + 0x6d2b79f5) >>> 0;
        let mixed = Math.imul(state ^ (state >>> 15), state | 1);
        mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
    };
}

/// Of each kind `most` mutations: the first places, so that they are the same in each run, and
/// one of the others by `random`.
export function sampleOf(mutations, most, random) {
    const byKind = Map.groupBy(mutations, ({ kind }) => kind);
    return [...byKind.values()].flatMap((list) => {
        if (list.length <= most) return list;
        const step = list.length / most;
        return Array.from({ length: most }, (_, i) => list[Math.floor(i * step + random() * step)]);
    });
}
