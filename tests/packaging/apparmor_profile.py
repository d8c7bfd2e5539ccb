"""Reads an AppArmor profile as the parser includes it, and says what it permits for a path."""
import re

from programs import needs, run


RULE = re.compile(r'(deny )?(?:owner )?"?([/@]\S*?)"?\s+([a-zA-Z]+)(?:\s+->.*)?,$')


class Profile:
    """One profile and what is in it by name: {"umbra-totpd": rules, "umbra-totpd//password": rules}."""

    def __init__(self, path):
        text = run(needs("apparmor_parser", "apparmor"), "--preprocess", "--skip-cache", path)
        self.variables, self.rules = {}, {}
        stack = []
        for line in (re.sub(r"\s#.*|^#.*", "", line).strip() for line in text.splitlines()):
            if found := re.match(r"@\{(\w+)\}\s*\+?=\s*(.*)", line):
                self.variables.setdefault(found[1], []).extend(word.strip('"') for word in found[2].split())
            elif found := re.match(r"profile (\S+).*\{$", line):
                stack.append(found[1])
                self.rules["//".join(stack)] = []
            elif line == "}":
                stack.pop()
            elif found := RULE.match(line):
                self.rules["//".join(stack)].append((bool(found[1]), self.regex(found[2]), found[3]))

    def regex(self, pattern):
        """Of a glob: ? and * stay within a name, ** crosses slashes; {a,b} and @{variable} are alternatives."""
        parts, depth, at = [], 0, 0
        while at < len(pattern):
            rest = pattern[at:]
            if found := re.match(r"@\{(\w+)\}", rest):
                values = [self.regex(value.rstrip("/")) for value in self.variables[found[1]]]
                parts.append(f"(?:{'|'.join(values)})")
                at += len(found[0])
            elif found := re.match(r"\*\*|\*|\?|\[[^]]*\]|\{|\}|,", rest):
                token = found[0]
                depth += {"{": 1, "}": -1}.get(token, 0)
                parts.append({"**": ".*", "*": "[^/]*", "?": "[^/]", "{": "(?:", "}": ")",
                              ",": "|" if depth else ","}.get(token, token))
                at += len(token)
            else:
                parts.append(re.escape(rest[0]))
                at += 1
        return "/+".join("".join(parts).split("//"))

    def permits(self, name, path, wanted):
        """Whether every letter of `wanted` is permitted; x is part of every way to run a program."""
        granted, denied = set(), set()
        for deny, regex, letters in self.rules[name]:
            if re.fullmatch(regex, path):
                (denied if deny else granted).update(letters)
        return set(wanted) <= granted - denied
