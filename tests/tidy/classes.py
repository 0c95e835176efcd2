# SPDX-License-Identifier: Apache-2.0
"""Counts the members of the classes in a source. tidy.py keeps their limits."""

import re

FUNCTIONS_MAX = 30
DATA_MAX = 20
# A struct with no more functions than these holds data and no state: options, a row of a status.
FUNCTIONS_OF_DATA_MAX = 3

CLASS = re.compile(r"\b(class|struct)\s+([\w:]+)(?:\s+final)?\s*(?::[^;{()]*)?\{")
NESTED = re.compile(r"\b(class|struct|union|enum)\b[^()=]*$")
BODY = re.compile(r"\)\s*((const|noexcept|override|final)\s*)*(:[^;]*|->[^;{]*)?$", re.S)
NO_MEMBER = re.compile(
    r"(using|friend|static_assert|typedef|template\s*<[^>]*>\s*(friend|struct|class)"
    r"|(class|struct|enum)\s|static constexpr|static inline)")
ACCESS = re.compile(r"^\s*((public|private|protected)\s*:\s*)+")


def declarations(code, start, end, closing):
    """The declarations directly in code[start:end]; a body in braces becomes {}."""
    text, at = "", start
    while at < end:
        char = code[at]
        if char in "([{":
            behind = closing(code, at) + 1
            if char == "{":
                if NESTED.search(text):
                    text = ""
                    at = code.find(";", behind) + 1 or end
                    continue
                if BODY.search(text):
                    yield text + "{}"
                    text, at = "", behind
                    continue
            text += code[at] + code[behind - 1]
            at = behind
        elif char == ";":
            yield text
            text, at = "", at + 1
        else:
            text += char
            at += 1


def count_members(code, start, end, closing):
    """(functions, data members) of the class whose body is code[start:end]."""
    functions = data = 0
    for text in declarations(code, start, end, closing):
        text = ACCESS.sub("", text).strip()
        if not text or NO_MEMBER.match(text):
            continue
        while re.search(r"<[^<>]*>", text):
            text = re.sub(r"<[^<>]*>", "", text)
        if "operator" in text or "(" in text.split("=")[0]:
            functions += 1
        else:
            data += 1 + re.sub(r"\{\}", "", text).count(",")
    return functions, data


def large_classes(code, closing):
    """Where in a source without comments and literals the classes begin that are too large."""
    for match in CLASS.finditer(code):
        if code[:match.start()].rstrip().endswith("enum"):
            continue
        end = closing(code, match.end() - 1)
        functions, data = count_members(code, match.end(), end, closing)
        holds_data = match.group(1) == "struct" and functions <= FUNCTIONS_OF_DATA_MAX
        if functions > FUNCTIONS_MAX or (data > DATA_MAX and not holds_data):
            yield match.start()
