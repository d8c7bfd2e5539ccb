// What states_test.cpp expects: state | request | by root | by the user | by somebody else.
#pragma once

#include <string_view>

namespace umbra::test {

inline constexpr std::string_view kStatesTable = R"(
unknown | preauth | open | denied | denied
unknown | authfail | refused | denied | denied
unknown | begin | code | denied | denied
unknown | begin nullok | code | denied | denied
unknown | begin may_enrol | code | denied | denied
unknown | right code | refused | denied | denied
unknown | wrong code | refused | denied | denied
unknown | backup code | refused | denied | denied
unknown | setup | no_such_user | denied | denied
unknown | setup with code | no_such_user | denied | denied
unknown | setup force | no_such_user | denied | denied
unknown | confirm | no_such_user | denied | denied
unknown | check | no_such_user | denied | denied
unknown | status | no_such_user | denied | denied
unknown | backup-codes | no_such_user | denied | denied
unknown | disable | no_such_user | denied | denied
unknown | disable, wrong password | no_such_user | denied | denied
unknown | disable, wrong code | no_such_user | denied | denied
unknown | list | ok | denied | denied
unknown | unlock | no_such_user | denied | denied
unknown | remove | no_such_user | denied | denied
unknown | enforce | no_such_user | denied | denied
unknown | unenforce | no_such_user | denied | denied
unknown | bypass | no_such_user | denied | denied
unknown | log | ok | denied | denied
unknown | key list | ok | denied | denied
unknown | key rotate | ok | denied | denied
unknown | rotation | ok | denied | denied
unknown | key retire | ok | denied | denied
unknown | backup | ok | denied | denied
unknown | restore | ok | denied | denied
unknown | db check | ok | denied | denied
unknown | import | no_such_user | denied | denied
unknown | import replace | no_such_user | denied | denied
unknown | export | no_such_user | denied | denied
unknown | explain | no_such_user | denied | denied
none | preauth | open | open | denied
none | authfail | refused | refused | denied
none | begin | code | code | denied
none | begin nullok | nothing | nothing | denied
none | begin may_enrol | code | code | denied
none | right code | refused | refused | denied
none | wrong code | refused | refused | denied
none | backup code | refused | refused | denied
none | setup | accepted | accepted | denied
none | setup with code | accepted | accepted | denied
none | setup force | accepted | denied | denied
none | confirm | nothing_pending | nothing_pending | denied
none | check | not_set_up | not_set_up | denied
none | status | not enabled | not enabled | denied
none | backup-codes | not_set_up | not_set_up | denied
none | disable | not_set_up | not_set_up | denied
none | disable, wrong password | not_set_up | not_set_up | denied
none | disable, wrong code | not_set_up | not_set_up | denied
none | list | ok | denied | denied
none | unlock | not_set_up | denied | denied
none | remove | not_set_up | denied | denied
none | enforce | ok | denied | denied
none | unenforce | ok | denied | denied
none | bypass | not_set_up | denied | denied
none | log | ok | denied | denied
none | key list | ok | denied | denied
none | key rotate | ok | denied | denied
none | rotation | ok | denied | denied
none | key retire | ok | denied | denied
none | backup | ok | denied | denied
none | restore | ok | denied | denied
none | db check | ok | denied | denied
none | import | imported | denied | denied
none | import replace | imported | denied | denied
none | export | not_set_up | denied | denied
none | explain | ok | denied | denied
pending | preauth | open | open | denied
pending | authfail | refused | refused | denied
pending | begin | code | code | denied
pending | begin nullok | nothing | nothing | denied
pending | begin may_enrol | code | code | denied
pending | right code | refused | refused | denied
pending | wrong code | refused | refused | denied
pending | backup code | refused | refused | denied
pending | setup | accepted | accepted | denied
pending | setup with code | accepted | accepted | denied
pending | setup force | accepted | denied | denied
pending | confirm | accepted | accepted | denied
pending | check | not_set_up | not_set_up | denied
pending | status | not enabled pending | not enabled pending | denied
pending | backup-codes | not_set_up | not_set_up | denied
pending | disable | not_set_up | not_set_up | denied
pending | disable, wrong password | not_set_up | not_set_up | denied
pending | disable, wrong code | not_set_up | not_set_up | denied
pending | list | ok | denied | denied
pending | unlock | ok | denied | denied
pending | remove | ok | denied | denied
pending | enforce | ok | denied | denied
pending | unenforce | ok | denied | denied
pending | bypass | not_set_up | denied | denied
pending | log | ok | denied | denied
pending | key list | ok | denied | denied
pending | key rotate | ok | denied | denied
pending | rotation | ok | denied | denied
pending | key retire | ok | denied | denied
pending | backup | ok | denied | denied
pending | restore | ok | denied | denied
pending | db check | ok | denied | denied
pending | import | exists | denied | denied
pending | import replace | imported | denied | denied
pending | export | not_set_up | denied | denied
pending | explain | ok | denied | denied
enabled | preauth | open | open | denied
enabled | authfail | refused | refused | denied
enabled | begin | code | code | denied
enabled | begin nullok | code | code | denied
enabled | begin may_enrol | code | code | denied
enabled | right code | accepted | accepted | denied
enabled | wrong code | refused | refused | denied
enabled | backup code | accepted | accepted | denied
enabled | setup | enabled | enabled | denied
enabled | setup with code | accepted | accepted | denied
enabled | setup force | accepted | denied | denied
enabled | confirm | enabled | enabled | denied
enabled | check | accepted | accepted | denied
enabled | status | enabled | enabled | denied
enabled | backup-codes | accepted | accepted | denied
enabled | disable | accepted | accepted | denied
enabled | disable, wrong password | accepted | refused | denied
enabled | disable, wrong code | accepted | refused | denied
enabled | list | ok | denied | denied
enabled | unlock | ok | denied | denied
enabled | remove | ok | denied | denied
enabled | enforce | ok | denied | denied
enabled | unenforce | ok | denied | denied
enabled | bypass | ok | denied | denied
enabled | log | ok | denied | denied
enabled | key list | ok | denied | denied
enabled | key rotate | ok | denied | denied
enabled | rotation | ok | denied | denied
enabled | key retire | ok | denied | denied
enabled | backup | ok | denied | denied
enabled | restore | ok | denied | denied
enabled | db check | ok | denied | denied
enabled | import | exists | denied | denied
enabled | import replace | imported | denied | denied
enabled | export | ok | denied | denied
enabled | explain | ok | denied | denied
enforced | preauth | open | open | denied
enforced | authfail | refused | refused | denied
enforced | begin | code | code | denied
enforced | begin nullok | code | code | denied
enforced | begin may_enrol | enrol | code | denied
enforced | right code | refused | refused | denied
enforced | wrong code | refused | refused | denied
enforced | backup code | refused | refused | denied
enforced | setup | accepted | accepted | denied
enforced | setup with code | accepted | accepted | denied
enforced | setup force | accepted | denied | denied
enforced | confirm | nothing_pending | nothing_pending | denied
enforced | check | not_set_up | not_set_up | denied
enforced | status | not enabled enforced | not enabled enforced | denied
enforced | backup-codes | not_set_up | not_set_up | denied
enforced | disable | not_set_up | not_set_up | denied
enforced | disable, wrong password | not_set_up | not_set_up | denied
enforced | disable, wrong code | not_set_up | not_set_up | denied
enforced | list | ok | denied | denied
enforced | unlock | ok | denied | denied
enforced | remove | ok | denied | denied
enforced | enforce | ok | denied | denied
enforced | unenforce | ok | denied | denied
enforced | bypass | not_set_up | denied | denied
enforced | log | ok | denied | denied
enforced | key list | ok | denied | denied
enforced | key rotate | ok | denied | denied
enforced | rotation | ok | denied | denied
enforced | key retire | ok | denied | denied
enforced | backup | ok | denied | denied
enforced | restore | ok | denied | denied
enforced | db check | ok | denied | denied
enforced | import | imported | denied | denied
enforced | import replace | imported | denied | denied
enforced | export | not_set_up | denied | denied
enforced | explain | ok | denied | denied
locked | preauth | locked | locked | denied
locked | authfail | refused | refused | denied
locked | begin | code | code | denied
locked | begin nullok | code | code | denied
locked | begin may_enrol | code | code | denied
locked | right code | refused | refused | denied
locked | wrong code | refused | refused | denied
locked | backup code | refused | refused | denied
locked | setup | enabled | enabled | denied
locked | setup with code | refused | refused | denied
locked | setup force | accepted | denied | denied
locked | confirm | enabled | enabled | denied
locked | check | refused | refused | denied
locked | status | enabled locked until | enabled locked | denied
locked | backup-codes | accepted | refused | denied
locked | disable | accepted | refused | denied
locked | disable, wrong password | accepted | refused | denied
locked | disable, wrong code | accepted | refused | denied
locked | list | ok | denied | denied
locked | unlock | ok | denied | denied
locked | remove | ok | denied | denied
locked | enforce | ok | denied | denied
locked | unenforce | ok | denied | denied
locked | bypass | ok | denied | denied
locked | log | ok | denied | denied
locked | key list | ok | denied | denied
locked | key rotate | ok | denied | denied
locked | rotation | ok | denied | denied
locked | key retire | ok | denied | denied
locked | backup | ok | denied | denied
locked | restore | ok | denied | denied
locked | db check | ok | denied | denied
locked | import | exists | denied | denied
locked | import replace | imported | denied | denied
locked | export | ok | denied | denied
locked | explain | ok | denied | denied
suspended | preauth | open | open | denied
suspended | authfail | refused | refused | denied
suspended | begin | code | code | denied
suspended | begin nullok | code | code | denied
suspended | begin may_enrol | code | code | denied
suspended | right code | refused | refused | denied
suspended | wrong code | refused | refused | denied
suspended | backup code | accepted | accepted | denied
suspended | setup | enabled | enabled | denied
suspended | setup with code | refused | refused | denied
suspended | setup force | accepted | denied | denied
suspended | confirm | enabled | enabled | denied
suspended | check | refused | refused | denied
suspended | status | enabled locked | enabled locked | denied
suspended | backup-codes | accepted | refused | denied
suspended | disable | accepted | refused | denied
suspended | disable, wrong password | accepted | refused | denied
suspended | disable, wrong code | accepted | refused | denied
suspended | list | ok | denied | denied
suspended | unlock | ok | denied | denied
suspended | remove | ok | denied | denied
suspended | enforce | ok | denied | denied
suspended | unenforce | ok | denied | denied
suspended | bypass | ok | denied | denied
suspended | log | ok | denied | denied
suspended | key list | ok | denied | denied
suspended | key rotate | ok | denied | denied
suspended | rotation | ok | denied | denied
suspended | key retire | ok | denied | denied
suspended | backup | ok | denied | denied
suspended | restore | ok | denied | denied
suspended | db check | ok | denied | denied
suspended | import | exists | denied | denied
suspended | import replace | imported | denied | denied
suspended | export | ok | denied | denied
suspended | explain | ok | denied | denied
exempt | preauth | open | open | denied
exempt | authfail | refused | refused | denied
exempt | begin | nothing | nothing | denied
exempt | begin nullok | nothing | nothing | denied
exempt | begin may_enrol | nothing | nothing | denied
exempt | right code | nothing | nothing | denied
exempt | wrong code | nothing | nothing | denied
exempt | backup code | nothing | nothing | denied
exempt | setup | enabled | enabled | denied
exempt | setup with code | accepted | accepted | denied
exempt | setup force | accepted | denied | denied
exempt | confirm | enabled | enabled | denied
exempt | check | accepted | accepted | denied
exempt | status | enabled | enabled | denied
exempt | backup-codes | accepted | accepted | denied
exempt | disable | accepted | accepted | denied
exempt | disable, wrong password | accepted | refused | denied
exempt | disable, wrong code | accepted | refused | denied
exempt | list | ok | denied | denied
exempt | unlock | ok | denied | denied
exempt | remove | ok | denied | denied
exempt | enforce | ok | denied | denied
exempt | unenforce | ok | denied | denied
exempt | bypass | ok | denied | denied
exempt | log | ok | denied | denied
exempt | key list | ok | denied | denied
exempt | key rotate | ok | denied | denied
exempt | rotation | ok | denied | denied
exempt | key retire | ok | denied | denied
exempt | backup | ok | denied | denied
exempt | restore | ok | denied | denied
exempt | db check | ok | denied | denied
exempt | import | exists | denied | denied
exempt | import replace | imported | denied | denied
exempt | export | ok | denied | denied
exempt | explain | ok | denied | denied
)";

}  // namespace umbra::test
