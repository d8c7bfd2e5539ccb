"""Just enough of Meson's language to see what each target links."""
import re


def balanced(text, start):
    """From `start`, behind an opening bracket, to the one that closes it."""
    depth, quoted = 1, False
    for at in range(start, len(text)):
        if text[at] == "'":
            quoted = not quoted
        elif not quoted:
            depth += (text[at] in "([") - (text[at] in ")]")
            if depth == 0:
                return text[start:at]
    return text[start:]


def value_of(call, keyword):
    """The text of one keyword argument of a Meson call; empty where it is not given."""
    found = re.search(rf"\b{keyword}:\s*", call)
    if not found:
        return ""
    rest, depth = call[found.end():], 0
    for at, letter in enumerate(rest):
        depth += (letter in "([") - (letter in ")]")
        if letter == "," and depth == 0:
            return rest[:at]
    return rest


def build_targets(text):
    """(name, call) of each library, program and dependency of a meson.build."""
    text = re.sub(r"(?m)#.*$", "", text)
    pattern = r"\b(?:(\w+)\s*=\s*declare_dependency\(|" \
              r"(?:static_library|shared_library|shared_module|library|executable)\(\s*'([^']+)')"
    for found in re.finditer(pattern, text):
        yield found[1] or found[2], balanced(text, found.end())


def links_of(text, call):
    """The names that a target links, variables that are lists opened up."""
    value = " ".join(value_of(call, word) for word in ("dependencies", "link_with", "link_whole"))
    names = set(re.findall(r"(?:dependency|find_library)\(\s*'([^']+)'", value))
    plain = re.sub(r"[\w.]*(?:dependency|find_library)\([^)]*\)", " ", value)
    for word in re.findall(r"\b[a-z]\w+\b", re.sub(r"'[^']*'", " ", plain)):
        listed = re.search(rf"(?m)^{word}\s*=\s*\[", text)
        names |= links_of("", "dependencies: [" + balanced(text, listed.end()) + "]") if listed else {word}
    return names
