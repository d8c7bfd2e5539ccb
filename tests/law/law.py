"""The dependency law as tables; ARCHITECTURE.md, "Dependency law", says it in words. A new folder, library or target
needs a row here, and a reason in the commit that adds it."""

FOLDERS = ("common", "pam_module", "setup_tool", "daemon")
GENERATED = {"paths.h"}  # by the top-level meson.build
MOST_LINES = 300

# Folder: what its files may include of ours. A slash at the end: all that is below.
MAY_INCLUDE = {
    "common": ["common/"],
    "pam_module": ["pam_module/", "common/", "paths.h"],
    "setup_tool": ["setup_tool/", "common/", "paths.h"],
    "daemon": ["daemon/", "common/", "paths.h"],  # daemon.cpp and main.cpp, which build everything
    "daemon/password_helper": ["daemon/password_helper/", "common/"],  # a program of its own
    "daemon/edge": ["daemon/edge/", "daemon/service/", "common/"],
    "daemon/service": ["daemon/service/", "daemon/store/", "daemon/rules/", "daemon/crypto/", "daemon/system/",
                       "common/", "paths.h"],
    "daemon/store": ["daemon/store/", "daemon/rules/", "daemon/crypto/", "daemon/system/clock.hpp", "common/"],
    "daemon/system": ["daemon/system/", "daemon/rules/", "common/"],
    "daemon/rules": ["daemon/rules/", "daemon/crypto/openssl.hpp", "common/"],
    "daemon/crypto": ["daemon/crypto/", "common/"],
}

# Nothing here needs libstdc++.so or libsupc++ at link time.
_HEADER_ONLY = ["cerrno", "climits", "cstddef", "cstdint", "cstring", "array", "concepts", "span", "string_view",
                "type_traits"]
_LIBC = ["fcntl.h", "sys/random.h", "sys/socket.h", "sys/time.h", "sys/types.h", "sys/un.h", "time.h", "unistd.h"]
FREESTANDING_HEADERS = {
    "common": _HEADER_ONLY + _LIBC,
    "pam_module": _HEADER_ONLY + _LIBC + ["algorithm", "cstdio", "cstdlib", "optional", "syslog.h", "security/"],
}

# arpa/inet.h: inet_pton reads text, no network.
PURE_HEADERS = ["algorithm", "array", "charconv", "concepts", "cstddef", "cstdint", "cstring", "optional", "span",
                "list", "string", "string_view", "type_traits", "unordered_map", "utility", "vector", "arpa/inet.h"]

ASIO_FILES = ["daemon/edge/", "daemon/daemon.cpp", "daemon/pch/"]

# Library header: the wrapper in each program that uses it (a pair of .hpp and .cpp, named without its ending).
WRAPPERS = {
    "lmdb.h": ["daemon/store/lmdb"],
    "openssl/": ["daemon/crypto/openssl", "setup_tool/openssl"],
    "argon2.h": ["daemon/crypto/argon2"],
    "sodium.h": ["daemon/crypto/sodium"],
    "sodium/": ["setup_tool/base64"],
    "systemd/": ["daemon/system/systemd"],
    "toml++/": ["daemon/system/toml"],
    "security/": ["pam_module/pam_host", "daemon/password_helper/main"],
    "qrencode.h": ["setup_tool/qr_code", "daemon/system/qr_code"],
    "png.h": ["setup_tool/png"],
}

PRINTERS = {
    "daemon/main.cpp",           # before there is a log: words that cannot be meant, --check-config
    "daemon/system/log.cpp",     # every line of the daemon
    "daemon/system/systemd.cpp", # hands log.cpp's lines to the journal
    "pam_module/pam_host.cpp",   # pam_syslog
    "setup_tool/tool.cpp",       # the one line on standard error
}

# Library, program or dependency: what it may link.
MAY_LINK = {
    "umbra_common": set(),
    "common_dep": {"common_lib"},
    "umbra_pam_flow": set(),
    "pam_flow_dep": {"pam_flow_lib", "common_dep"},
    "pam_umbra_totp": {"pam_flow_dep", "pam_dep"},
    "umbra_crypto": {"libsodium", "libargon2", "libcrypto"},
    "crypto_dep": {"crypto_lib", "libsodium", "libargon2", "libcrypto"},
    "umbra_rules": {"crypto_dep"},
    "rules_dep": {"rules_lib", "crypto_dep"},
    "umbra_system": {"rules_dep", "systemd_dep", "toml_dep", "thread_dep", "qrencode_dep"},
    "system_dep": {"system_lib", "rules_dep", "systemd_dep", "thread_dep", "qrencode_dep"},
    "umbra_store": {"rules_dep", "system_dep", "lmdb_dep"},
    "store_dep": {"store_lib", "rules_dep", "system_dep", "thread_dep", "lmdb_dep"},
    "umbra_asio": {"boost"},
    "asio_dep": {"asio_lib", "boost", "thread_dep"},
    "umbra_daemon": {"store_dep", "asio_dep", "common_dep"},
    "daemon_dep": {"daemon_lib", "store_dep", "asio_dep", "common_dep"},
    "umbra-totpd": {"daemon_dep"},
    "umbra-totp-password": {"pam"},
    "umbra_tool": {"common_dep", "CLI11", "nlohmann_json", "libqrencode", "libpng", "libsodium", "libcrypto"},
    "tool_dep": {"tool_lib", "common_dep", "CLI11", "nlohmann_json", "libqrencode", "libpng", "libsodium",
                 "libcrypto", "tool_deps"},
    "umbra-totp": {"tool_dep"},
}
