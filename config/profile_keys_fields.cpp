// The keys of a profile that say what fields there are.
#include "config/profile_keys.hpp"

#include <array>

namespace pawl::config::detail {
namespace {

constexpr std::string_view text = "text", path = "path", flag = "true or false", none = "none",
                           obligatory = "obligatory", texts = "text or list of texts",
                           length = "number, 1 to 262144";
constexpr std::string_view types =
    R"("string", "enum", "boolean", "number", "timestamp", "list", "object" or "json")";

constexpr std::array keys{
    profile_key{"fields.X", "type", types, "", obligatory,
                "What values a row may have. `list` is one of texts; `json` is any value, written as JSON."},
    profile_key{"fields.X", "nullable", flag, "false", "", "Whether null (an empty cell) clears it."},
    profile_key{
        "fields.X", "values", "list of texts, or table", "", "obligatory with \"enum\"",
        "The words of an enum; as a table: the word and what stands for it at the API, written and shown, "
        "`{ low = 1 }`."},
    profile_key{"fields.X", "min_length", length, "", none, "Of a string, in characters."},
    profile_key{"fields.X", "max_length", length, "", none, "Of a string, in characters."},
    profile_key{"fields.X", "members", "table", "", "none: any",
                "Of an object: the members that it may have, each a type or a table. A CSV has columns "
                "`field.member` for them."},
    profile_key{"fields.X", "requires", "list of tables", "", none,
                "Other fields that a row must have with certain values of this one."},
    profile_key{
        "fields.X", "at", path, "", "the field's name",
        "Where it stands in the resource, written and shown: \"fields.summary\", "
        "\"custom_fields[id=7].value\", \"parts[].name\". In `[fields.\"*\"]` a `*` is the column's name."},
    profile_key{
        "fields.X", "wire", R"("json", "string", "epoch_s", "epoch_ms" or "join:SEP")", R"("json")", "",
        "The form of the value there: as it is; as text (\"5\"); a timestamp as a number; a list as one "
        "text with exactly SEP between, which replies may show as such or as a list. White space around "
        "elements and empty elements do not count; a row's list that would not come back is refused."},
    profile_key{
        "fields.X", "send", "TOML value with {value}", R"("{value}")", "",
        "What is written in its place: `{ name = \"{value}\" }`, `\"urn:x:{value}\"`. A reply then shows it "
        "inside, and out of a text it is read. With `body_is = \"whole\"` the members that the object "
        "has beside these stay."},
    profile_key{
        "fields.X", "clear", "TOML value", "", "null",
        "What is written to clear it: \"\", 0. null, nothing, this and what `compare` calls the same as "
        "this are then the same; implies `nullable`."},
    profile_key{
        "fields.X", "compare",
        R"("exact", "lines", "text", "set", "set_nocase", "instant", "members" or "none")", "",
        "\"instant\" for a timestamp, else \"exact\"; \"none\" with `rides_with`, and where nothing shows it",
        "When a shown value is the wanted one: the same; the same whatever its lines end by; likewise, but "
        "the API may normalise it; the same elements in any order; likewise, in any case; the same moment; "
        "the same in the members "
        "that a row names; no reply shows it."},
    profile_key{
        "fields.X", "echo", path, "", "as `at`, inside of what `send` puts around it",
        "Where a reply shows it, if not where it is written: \"owner.id\", \"labels[].id\". There the value "
        "stands alone, without what `send` puts around it."},
    profile_key{"fields.X", "replay_safe", flag, "true", "",
                "Whether writing it twice is the same as once. false: it sends a message, or adds one."},
    profile_key{"fields.X", "together", texts, "[]", "", "Fields that are sent along whenever this one is."},
    profile_key{
        "fields.X", "rides_with", text, "", none,
        "A field with which this one is sent, when that one changes. With `echo` it is compared as well."},
    profile_key{"fields.X", "also_changes", texts, "[]", "",
                "What else a write of it changes, in words for people, or as places of the resource."},
    profile_key{
        "fields.X", "verb", R"("add_names", "remove_names", "add_ids" or "remove_ids")", "", none,
        "Makes it a verb: a row names elements that the list field `target` shall have, or not have, and "
        "the others stay. With `names` a row has names of `[names]`, with `ids` what the list itself "
        "holds. It has no other key than `target`."},
    profile_key{"fields.X", "target", text, "", "obligatory with `verb`",
                "The list field that a verb changes."},

    profile_key{"fields.X.requires", "when", "value", "", obligatory, "The value of this field."},
    profile_key{"fields.X.requires", "needs", text, "", obligatory,
                "The field that it needs in the same row."},

    profile_key{"fields.X.members.Y", "type", types, "", obligatory, "What values it may have."},
    profile_key{"fields.X.members.Y", "nullable", flag, "false", "", "Whether it may be null."},
    profile_key{"fields.X.members.Y", "values", "list of texts", "", "obligatory with \"enum\"",
                "The words of an enum."},
    profile_key{"fields.X.members.Y", "members", "table", "", "none: any", "Of an object, as above."},
    profile_key{"fields.X.members.Y", "replay_safe", flag, "true", "", "As of a field."},

    profile_key{"readable", "NAME", "type, or table", "", none,
                "What stands under this name in the resource; the table says another place."},
    profile_key{"readable.X", "type", types, "", obligatory, "What values it has."},
    profile_key{"readable.X", "path", path, "", "its name", "Where the resource shows it."},
};

}  // namespace

std::span<const profile_key> field_keys() {
  return keys;
}

}  // namespace pawl::config::detail
