// SPDX-License-Identifier: Apache-2.0
// The ways from a client to a server's tool. A route has list() and call(); actions use no more.

const limits = { timeout: 60_000 };

/// No gateway between: what the others must come close to.
export const direct = {
    list: async (client) => (await client.listTools()).tools,
    call: (client, server, tool, args = {}, options = {}) =>
        client.callTool({ name: tool, arguments: args }, ...optionsOf(client, options)),
};

/// expose = "all": one list, names with the server's name in front.
export const merged = {
    list: async (client, server) =>
        (await client.listTools()).tools
            .filter(({ name }) => name.startsWith(`${server}__`))
            .map((tool) => ({ ...tool, name: tool.name.slice(server.length + 2) })),
    call: (client, server, tool, args, options) =>
        direct.call(client, server, `${server}__${tool}`, args, options),
};

/// expose = "gateway": through the gateway's own tools.
export const executed = {
    list: async (client, server) => {
        const result = await direct.call(client, server, 'get_schema', { server_id: server });
        return result.structuredContent.tools;
    },
    call: (client, server, tool, args = {}, options = {}) =>
        direct.call(
            client,
            server,
            'execute_child_tool',
            { server_id: server, tool_name: tool, arguments: args },
            options,
        ),
};

// The legacy SDK takes a result schema before the options.
function optionsOf(client, options) {
    const all = { ...limits, ...options };
    return 'getProtocolEra' in client ? [all] : [undefined, all];
}
