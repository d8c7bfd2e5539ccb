// What the tool's files read again and again, parsed once: see CONTRIBUTING.md, "Build time".
#include <algorithm>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>
