// The keys of a profile that say what replies mean and show.
#include "config/profile_keys.hpp"

#include <array>

namespace pawl::config::detail {
namespace {

constexpr std::string_view text = "text", path = "path", header = "header name",
                           paths = "path or list of paths", texts = "text or list of texts";
constexpr std::string_view none = "none", obligatory = "obligatory", as_resource_id = "as `[resource] id`";

constexpr std::array keys{
    profile_key{"reply_headers", "request_id", header, R"("")", "",
                "Has the API's name of a request, for the ledger and for its support."},
    profile_key{"reply_headers", "limit", header, R"("")", "", "Has the limit: `X-RateLimit-Limit`."},
    profile_key{"reply_headers", "remaining", header, R"("")", "",
                "Has what is left of it: `X-RateLimit-Remaining`."},
    profile_key{"reply_headers", "reset", header, R"("")", "",
                "Has when it is full again, in epoch seconds, epoch milliseconds or seconds from now: "
                "`X-RateLimit-Reset`."},
    profile_key{"reply_headers", "ietf_policy", header, R"("")", "", "`RateLimit-Policy`."},
    profile_key{"reply_headers", "ietf_limit", header, R"("")", "", "`RateLimit`."},
    profile_key{"reply_headers", "retry_after", header, R"("Retry-After")", "",
                "Has how long to wait, in seconds or as a date."},

    profile_key{"error", "code", paths, R"("")", "",
                "Where an error has its code. Of several places the first that shows something counts."},
    profile_key{"error", "message", paths, R"("")", "", "Where it has its text for people."},
    profile_key{"error", "details", paths, R"("")", "", "Where it has more, of any form."},
    profile_key{"error", "request_id", paths, R"("")", "", "Where it has the API's name of the request."},

    profile_key{"whoami", "path", path, "", obligatory, "What is read, below `base_url`."},
    profile_key{"whoami", "method", R"("GET" or "POST")", R"("GET")", "", "How it is asked."},
    profile_key{"whoami", "query", "table of texts", "", none, "Parameters behind the path."},
    profile_key{"whoami", "headers", "table of texts", "", none, "Headers of this request."},
    profile_key{"whoami", "body", "TOML value", "", none, "A JSON body."},
    profile_key{"whoami", "account", path, "", obligatory,
                "Where the reply names the account of the key. A ledger takes no key of another account."},
    profile_key{"whoami", "scopes", path, R"("")", "", "Where it lists what the key may do."},
    profile_key{"whoami", "needs", "table", "", none,
                "The scopes that a key needs, which `doctor` holds against those."},
    profile_key{"whoami.needs", "read", texts, "[]", "", "For reads, and for `[list]`."},
    profile_key{"whoami.needs", "write", texts, "[]", "", "For writes."},
    profile_key{"whoami.needs", "names", texts, "[]", "", "For `[names]`."},

    profile_key{"list", "path", path, "", obligatory, "Where the list stands below `base_url`."},
    profile_key{"list", "method", R"("GET" or "POST")", R"("GET")", "", "How a page is asked for."},
    profile_key{
        "list", "query", "table of texts with holes", "", none,
        "The parameters. Holes: `{cursor}` (what the page before shows at `cursor`), `{page}` (1, 2, "
        "...), `{offset}` (items so far), `{asked}` (the names that are looked at). A parameter that is "
        "`{cursor}` alone is left out of the first page."},
    profile_key{"list", "headers", "table of texts", "", none, "Headers of this request."},
    profile_key{"list", "body", "TOML value with holes", "", none, "A JSON body, with the same holes."},
    profile_key{
        "list", "items", path, "", obligatory,
        "Where a page has its items; \"\": the page is the array. Each looks like the reply to a read "
        "below `read.root`, as far as it goes."},
    profile_key{"list", "id", path, "", as_resource_id, "Where an item shows its id."},
    profile_key{
        "list", "cursor", "path, or \"link\"", R"("")", "",
        "Where a page says how the next one is asked for: a cursor, or an address of this API, which is "
        "followed. \"link\": the Link header has the address."},
    profile_key{"list", "more", path, R"("")", "",
                "Where a page says false if it is the last one. Else a missing or empty cursor says it."},
    profile_key{"list", "total", path, R"("")", "",
                "With `{page}` and `{offset}`: where a page says how many items there are in all."},
    profile_key{"list", "limit", "number, 1 to 100000", "", none,
                "How many items a full page has, as the query asks for."},
    profile_key{"list", "whole", "true or false", "false", "",
                "Whether one reply has all items. Without this a page that may be full is an error."},
    profile_key{
        "list", "filters", "table", "", none,
        "Conditions that the API can test while it lists: field = query parameter. Of `[fields]` alone."},

    profile_key{"names", "path", path, "", obligatory, "Where the list stands below `base_url`."},
    profile_key{"names", "method", R"("GET" or "POST")", R"("GET")", "", "As in `[list]`."},
    profile_key{"names", "query", "table of texts with holes", "", none,
                "As in `[list]`: `{cursor}`, `{page}`, `{offset}`."},
    profile_key{"names", "headers", "table of texts", "", none, "As in `[list]`."},
    profile_key{"names", "body", "TOML value with holes", "", none, "As in `[list]`."},
    profile_key{"names", "items", path, "", obligatory, "As in `[list]`."},
    profile_key{"names", "id", path, "", obligatory, "Where an item shows its id."},
    profile_key{"names", "name", path, "", obligatory, "Where it shows its name."},
    profile_key{"names", "cursor", "path, or \"link\"", R"("")", "", "As in `[list]`."},
    profile_key{"names", "more", path, R"("")", "", "As in `[list]`."},
    profile_key{"names", "total", path, R"("")", "", "As in `[list]`."},
    profile_key{"names", "limit", "number, 1 to 100000", "", none, "As in `[list]`."},
    profile_key{"names", "whole", "true or false", "false", "", "As in `[list]`."},
    profile_key{"names", "rename_hint", text, R"("")", "",
                "What to do instead, where every row takes one name away and adds the same other one."},

    profile_key{"match.X", "path", "path with holes", "", obligatory,
                "Where a resource is looked for by the value of X, a text or a number of `[fields]` or "
                "`[readable]`. Hole: `{value}`, which path, query or body must have."},
    profile_key{"match.X", "method", R"("GET" or "POST")", R"("GET")", "", "As in `[list]`."},
    profile_key{"match.X", "query", "table of texts with holes", "", none, "As in `[list]`, and `{value}`."},
    profile_key{"match.X", "headers", "table of texts with holes", "", none,
                "As in `[list]`, and `{value}`."},
    profile_key{"match.X", "body", "TOML value with holes", "", none, "As in `[list]`, and `{value}`."},
    profile_key{
        "match.X", "items", path, "", "none: the reply is that to a read of the resource, or 404",
        "As in `[list]`. Items with another value of X are passed over: an API may find more than it was "
        "asked for."},
    profile_key{"match.X", "id", path, "", as_resource_id, "Where an item shows its id."},
    profile_key{"match.X", "compare", R"("exact" or "nocase")", R"("exact")", "",
                "Whether the case of letters counts where a value is held against that of a resource."},
    profile_key{"match.X", "cursor", "path, or \"link\"", R"("")", "", "As in `[list]`."},
    profile_key{"match.X", "more", path, R"("")", "", "As in `[list]`."},
    profile_key{"match.X", "total", path, R"("")", "", "As in `[list]`."},
    profile_key{"match.X", "limit", "number, 1 to 100000", "", none, "As in `[list]`."},
    profile_key{"match.X", "whole", "true or false", "false", "", "As in `[list]`."},

    profile_key{"rules", "status", "status, range, or list of these", "", "none: any",
                "423, \"5xx\", \"500-599\", `[403, 429]`."},
    profile_key{"rules", "code", text, R"("")", "", "The code of the error, exactly. Empty: any."},
    profile_key{"rules", "message", text, R"("")", "",
                "A part of its message, whatever the case. Empty: any."},
    profile_key{"rules", "header", header, R"("")", "", "A header that the reply must have. Empty: any."},
    profile_key{"rules", "header_value", text, R"("")", "", "The value that it must have. Empty: any."},
    profile_key{
        "rules", "then", R"("ok", "throttled", "retry", "maybe", "refused", "conflict" or "stop")", "",
        obligatory,
        "What such a reply means: applied; not applied, and not now; not applied, try again; perhaps "
        "applied; no to this row; the resource has changed since it was read; no row can succeed. A rule "
        "that names a code, a message or a header, and a reply that shows the envelope of `[error]`, are "
        "taken at their word; without either, what \"throttled\", \"retry\", \"conflict\" and \"stop\" say "
        "to a write is believed only after a look (but for 401, 402, 407, 421, 423, 425 and 429)."},
    profile_key{"rules", "wait", "list of \"retry-after\", \"reset\" and times", "", "as without a rule",
                "With `throttled`: how long. The first of these that the reply has counts; a time such as "
                "\"60s\" always has a value, stands last, and doubles while it repeats."},
    profile_key{"rules", "scope", R"("class", "all" or "id")", R"("class")", "",
                "With `throttled`: what waits: reads or writes, as the request was; all requests; this row."},
    profile_key{"rules", "remedy", text, "", "obligatory with `stop`",
                "With `stop`: what people have to mend."},
};

}  // namespace

std::span<const profile_key> reply_keys() {
  return keys;
}

}  // namespace pawl::config::detail
