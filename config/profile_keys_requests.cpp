// The keys of a profile that say what is sent, and how fast.
#include "config/profile_keys.hpp"

#include <array>

namespace pawl::config::detail {
namespace {

// How values are written, and notes that several keys have.
constexpr std::string_view text = "text", path = "path", list = "list of texts", table = "table",
                           flag = "true or false", number = "number", header = "header name";
constexpr std::string_view none = "none", obligatory = "obligatory", is_off = "none: there is none";
constexpr std::string_view as_resource_path = "as `[resource] path`",
                           as_resource_method = "as `[resource] method`";
constexpr std::string_view template_of_path = "path with holes",
                           texts_with_holes = "table of texts with holes",
                           json_with_holes = "TOML value with holes";

constexpr std::array keys{
    profile_key{
        "", "name", text, "", obligatory,
        "The word for `--profile`, and for ledgers: a-z, 0-9, - and _. A ledger of another profile is "
        "refused."},
    profile_key{"", "base_url", "URL, may have variables", "", obligatory,
                "What stands before every path. The key goes to this host and to no other. A variable in the "
                "host is one label of it."},
    profile_key{
        "", "reply", R"("resource", "read" or "none")", R"("resource")", "",
        "What the reply to a write shows: the resource as it is now, which is compared; nothing (204), "
        "so that pawl reads the resource after each write; or nothing, and no read shows it either: "
        "rows then count as applied without proof."},
    profile_key{
        "", "read_first", R"(true, false or "auto")", "false", "",
        "Whether each row reads its resource before it writes, so that only what differs is sent. "
        "\"auto\": only where that costs neither time nor quota of the writes, as no limit counts both "
        "and the limits of reads are as wide as those of writes; `plan` then prices both ways."},
    profile_key{"", "concurrency", "number, 1 to 1024", "", none,
                "Requests at the same time, at most, where the API says so."},
    profile_key{
        "", "unknown_fields", R"("refuse" or "pass")", R"("refuse")", "",
        "What becomes of columns that `[fields]` does not describe: an error, or they are sent as they "
        "stand."},
    profile_key{"", "side_effects", list, "[]", "", "What people should know before a run, a sentence each."},
    profile_key{"", "vars", table, "", none, "The variables: see `[vars]`."},
    profile_key{"", "resource", table, "", obligatory, "What is written: see `[resource]`."},
    profile_key{"", "write", table, "", none, "What differs from `[resource]` in a write: see `[write]`."},
    profile_key{"", "read", table, "", none, "The same in a read of one resource: see `[read]`."},
    profile_key{"", "read_many", table, "", is_off,
                "A read of several resources at once. This version checks it, and refuses to run with it."},
    profile_key{"", "write_many", table, "", is_off,
                "A write of several resources at once. This version checks it, and refuses to run with it."},
    profile_key{
        "", "quiet", table, "", is_off,
        "What a write has in addition so that the API tells nobody: see `[quiet]`. This version checks "
        "it and does not send it."},
    profile_key{"", "auth", table, "", "none: the API takes no key", "Where the key goes: see `[auth]`."},
    profile_key{"", "limits", table, "", obligatory, "How fast the API may be asked: see `[limits]`."},
    profile_key{"", "request_headers", table, "", none, "Headers of every request."},
    profile_key{"", "reply_headers", table, "", none, "Headers of replies that pawl reads."},
    profile_key{"", "error", table, "", none, "Where an error says what: see `[error]`."},
    profile_key{"", "whoami", table, "", "none: nothing is asked, and the ledger is bound to no account",
                "A read before a run that tells whose the key is."},
    profile_key{"", "list", table, "", "none: `pull` and `verify` cannot list",
                "A list of all resources: see `[list]`."},
    profile_key{"", "names", table, "", none, "The list of names that set verbs take: see `[names]`."},
    profile_key{"", "match", table, "", "none: `--match` takes the filters of `[list]`",
                "How resources are found by the value of a field, a table for each: see `[match.X]`."},
    profile_key{"", "rules", "list of tables", "", "none: the table of the README counts",
                "What replies mean where pawl's own table is not right for the API. The first rule that "
                "matches counts: see `[[rules]]`."},
    profile_key{"", "fields", table, "", "obligatory, unless `unknown_fields` is \"pass\"",
                "What can be written, one table for each field."},
    profile_key{"", "readable", table, "", none,
                "What the API shows and does not take, for conditions such as `--only-if`."},

    profile_key{
        "vars", "NAME", "pattern", "", none,
        "A regular expression that the whole value must match. The value comes from `-o "
        "vars.NAME=VALUE`, or from `[vars]` in pawl.toml, and belongs to what a ledger is bound to. One "
        "that nothing uses is an error. Values of a file that names another profile do not count."},

    profile_key{"resource", "path", template_of_path, "",
                "obligatory, unless [write] and [read] have one each",
                "Where a resource stands below `base_url`; `{id}` is the row's id, percent-encoded."},
    profile_key{"resource", "method", R"("PATCH", "PUT" or "POST")", R"("PATCH")", "",
                "How it is written. With `PUT` and `read_first` the profile must say `write.body_is`."},
    profile_key{"resource", "id_column", "name", R"("id")", "",
                "The column, or member of a row, that holds the id."},
    profile_key{
        "resource", "id_type", R"("string", "digits" or "integer")", R"("string")", "",
        "What an id looks like, checked before anything is sent. `integer` is a JSON number in bodies."},
    profile_key{"resource", "max_id_length", "number, 1 to 4096", "256", "",
                "The longest id, in characters."},
    profile_key{"resource", "id", path, R"("id")", "\"\" with `reply = \"none\"`",
                "Where a reply shows the id. A reply that shows another one is about another resource."},
    profile_key{"resource", "id_compare", R"("exact" or "nocase")", R"("exact")", "",
                "How that id is compared; `nocase` for UUIDs, which APIs write in either case."},
    profile_key{"resource", "updated_at", path, R"("")", "",
                "Where a reply shows the time of the last change."},
    profile_key{"resource", "label", path, R"("")", "",
                "Where a reply shows what people call the resource, such as its title."},

    profile_key{"write", "method", R"("PATCH", "PUT" or "POST")", "", as_resource_method,
                "How it is written."},
    profile_key{"write", "path", template_of_path, "", as_resource_path, "Where it is written; with `{id}`."},
    profile_key{"write", "query", texts_with_holes, "", none,
                "Parameters behind the path. Holes: `{id}`, `{was.PATH}`, `{was_header.NAME}`."},
    profile_key{"write", "headers", texts_with_holes, "", none,
                "Headers of a write alone. Holes: `{was.PATH}`, `{was_header.NAME}`, `{key}`."},
    profile_key{
        "write", "body", json_with_holes, R"("{fields}")", "",
        "The JSON body. `{fields}` is the object of what is sent; `\"...\" = \"{fields}\"` puts its "
        "members into the object around it. Holes also: `{id}`, `{was.PATH}`, `{was_header.NAME}`, `{key}`."},
    profile_key{
        "write", "body_is", R"("changes", "row" or "whole")", R"("changes")", "",
        "What `{fields}` holds: the fields that differ; all fields of the row; or the resource as it "
        "was read, with the row's values put in. A row whose value has no place there, as something "
        "of another shape stands in its way, is not written. Obligatory with `PUT` and `read_first`."},
    profile_key{
        "write", "root", path, R"("")", "",
        "Where the resource stands in the reply to a write: \"ticket\", \"posts[0]\". Empty: the reply "
        "is the resource. Only with `reply = \"resource\"`."},
    profile_key{
        "write", "id", path, "", "as `[resource] id`",
        "Where that reply shows the id; \"\": it is not looked at. Only with `reply = \"resource\"`."},

    profile_key{"read", "method", R"("GET", "POST", "PUT" or "PATCH")", R"("GET")", "",
                "How one resource is read."},
    profile_key{"read", "path", template_of_path, "", as_resource_path, "Where it is read; with `{id}`."},
    profile_key{"read", "query", texts_with_holes, "", none,
                "Parameters behind the path. Holes: `{id}`, `{asked}` (the names that the run looks at)."},
    profile_key{"read", "headers", "table of texts", "", none, "Headers of a read alone."},
    profile_key{"read", "body", json_with_holes, "", none, "A JSON body. Holes: `{id}`, `{asked}`."},
    profile_key{"read", "root", path, R"("")", "",
                "Where the resource stands in the reply to a read. `id`, `updated_at`, `at`, `echo` and "
                "`[readable]` begin there. Items of a list have no root."},

    profile_key{"read_many", "path", "path", "", obligatory, "Where several resources are read."},
    profile_key{"read_many", "method", R"("GET", "POST", "PUT" or "PATCH")", R"("GET")", "", "How."},
    profile_key{"read_many", "query", texts_with_holes, "", none,
                "Parameters; `{id}` stands for all ids, with commas between."},
    profile_key{"read_many", "headers", "table of texts", "", none, "Headers of this request."},
    profile_key{"read_many", "body", json_with_holes, "", none,
                "A list of one element that holds `{id}` is repeated for each resource: `ids = [\"{id}\"]`."},
    profile_key{"read_many", "size", "number, 2 to 10000", "", obligatory, "How many resources at most."},
    profile_key{"read_many", "items", path, R"("")", "", "Where the reply has the list of resources."},
    profile_key{"read_many", "id", path, R"("")", "", "Where one of them shows its id."},

    profile_key{"write_many", "path", "path", "", obligatory, "Where several resources are written."},
    profile_key{"write_many", "method", R"("PATCH", "PUT" or "POST")", "", as_resource_method, "How."},
    profile_key{"write_many", "query", "table of texts", "", none, "Parameters."},
    profile_key{"write_many", "headers", "table of texts", "", none, "Headers of this request."},
    profile_key{"write_many", "body", json_with_holes, "", none,
                "A list of one element that holds `{id}` and `{fields}` is repeated for each row."},
    profile_key{"write_many", "size", "number, 2 to 10000", "", obligatory, "How many resources at most."},
    profile_key{"write_many", "items", path, R"("")", "",
                "Where the reply has the resources that were written."},
    profile_key{"write_many", "id", path, R"("")", "", "Where one of them shows its id."},
    profile_key{"write_many", "errors", path, R"("")", "", "Where the reply has the errors of the others."},
    profile_key{"write_many", "error_id", path, R"("")", "", "Where one of these shows the id of its row."},

    profile_key{"quiet", "query", "table of texts", "", none, "Parameters."},
    profile_key{"quiet", "headers", "table of texts", "", none, "Headers."},
    profile_key{"quiet", "body", "table", "", none, "Members of the body."},

    profile_key{"auth", "token_env", "name of a variable", "", obligatory,
                "The environment variable that holds the key. The key itself stands in no file of pawl."},
    profile_key{"auth", "header", header, R"("Authorization")", "", "The header that carries the key."},
    profile_key{"auth", "scheme", text, "", "\"Bearer\" in Authorization, else \"\"",
                "The word before the key, as in `Authorization: Bearer KEY`."},
    profile_key{"auth", "basic", "text with holes", "", none,
                "User name and password with `{token}`, such as \"{email}/token:{token}\"; pawl makes the "
                "header of Basic from it. Stands in place of `scheme`."},
    profile_key{"auth", "token_prefix", text, R"("")", "",
                "With which every key begins, so that logs can name a key without showing it."},

    profile_key{
        "limits", "all", "list of rates", "[]", "",
        "What reads and writes share. A rate is \"60/min\" (units ms, s, min, h, day), or a table with "
        "what a request costs. All rates of a list hold together."},
    profile_key{"limits", "write", "rate or list of rates", R"("unlimited")", "",
                "What writes may do; obligatory without `all`."},
    profile_key{"limits", "read", "rate or list of rates", R"("unlimited")", "",
                "What reads may do; obligatory without `all`."},
    profile_key{"limits", "each", "list of rates", "[]", "",
                "What may be done to one resource. A read costs nothing here, unless an entry says so."},
    profile_key{"limits.all", "rate", "rate", "", obligatory, "\"900/min\"."},
    profile_key{"limits.all", "read", number, "", "1; in `each` 0", "What a read costs."},
    profile_key{"limits.all", "write", number, "1", "", "What a write costs."},

    profile_key{"request_headers", "NAME", text, "", none,
                "Sent with every request. Never a place for keys."},
};

}  // namespace

std::span<const profile_key> request_keys() {
  return keys;
}

}  // namespace pawl::config::detail
