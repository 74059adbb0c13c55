#include "engine/input/json_reader.hpp"

#include "engine/text/json_number.hpp"
#include "engine/text/json_padding.hpp"
#include "engine/text/json_string.hpp"
#include "engine/text/json_unescape.hpp"
#include "engine/text/json_walk.hpp"
#include "engine/text/printable.hpp"
#include "engine/text/trim.hpp"
#include "engine/text/utf8.hpp"

#include <simdjson.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace pawl::input {

namespace ondemand = simdjson::ondemand;

struct json_reader::impl {
  ondemand::parser parser;
  std::string out, decoded, problem;
  std::vector<std::string_view> keys;  // of all open objects, innermost last
  byte_arena* arena = nullptr;
  const char* end = nullptr;  // the end of the text that is being read

  bool fail(std::string what) {
    problem = std::move(what);
    return false;
  }
  bool invalid(std::string_view why) { return fail("is not valid JSON: " + std::string(why)); }

  bool fail(simdjson::error_code code, std::string_view text) {
    if (text.find('\0') != std::string_view::npos) return fail("contains a NUL byte");
    switch (code) {
      case simdjson::UTF8_ERROR:
        return fail(std::string(not_utf8));
      case simdjson::UNCLOSED_STRING:
        return invalid("a string is not closed");
      case simdjson::UNESCAPED_CHARS:
        return invalid("a control character stands in a string without an escape");
      case simdjson::EMPTY:
        return invalid("it is empty");
      case simdjson::MEMALLOC:
        throw std::bad_alloc();
      default:
        if (!is_utf8(text)) return fail(std::string(not_utf8));
        return invalid("a comma, colon, quote, bracket or value is missing or misplaced");
    }
  }

  bool too_deep() { return fail("is nested deeper than " + std::to_string(max_json_depth) + " levels"); }

  // Reports a key that occurs twice among those from `first` on, and drops them.
  bool close_keys(std::size_t first) {
    const auto begin = keys.begin() + static_cast<std::ptrdiff_t>(first);
    const std::string_view* twice = nullptr;
    constexpr std::size_t few = 24;  // chosen: below it, comparing all pairs beats sorting
    if (keys.size() - first <= few) {
      for (auto a = begin; a != keys.end() && twice == nullptr; ++a)
        for (auto b = begin; b != a; ++b)
          if (*a == *b) twice = &*a;
    } else {
      std::sort(begin, keys.end());
      const auto found = std::adjacent_find(begin, keys.end());
      if (found != keys.end()) twice = &*found;
    }
    if (twice != nullptr) return fail("has the key " + shown(*twice) + " twice");
    keys.resize(first);
    return true;
  }

  // The compact text of a string token: the token itself if it needs no change.
  bool string_token(ondemand::raw_json_string token, std::string_view& compact, std::string_view& inside) {
    const char* const start = token.raw() - 1;
    const std::string_view rest{start, static_cast<std::size_t>(end - start)};
    compact = rest.substr(0, string_token_size(rest));
    inside = compact.substr(1, compact.size() - 2);
    if (inside.find('\\') == std::string_view::npos) return true;
    decoded.clear();
    const auto flaw = append_strictly_unescaped(decoded, inside);
    return flaw == escape_flaw::none || invalid(to_string(flaw));
  }

  // Reads and unescapes a key, and notes it for close_keys().
  bool key_token(ondemand::raw_json_string token, std::string_view& key) {
    std::string_view compact, inside;
    decoded.clear();
    if (!string_token(token, compact, inside)) return false;
    key = inside.find('\\') == std::string_view::npos ? inside : arena->copy(decoded);
    keys.push_back(key);
    return true;
  }

  bool literal(std::string_view token, json_kind kind) {
    const bool good = kind == json_kind::null      ? token == "null"
                      : kind == json_kind::boolean ? token == "true" || token == "false"
                                                   : is_json_number(token);
    if (good) return true;
    if (token.find('\0') != std::string_view::npos) return fail("contains a NUL byte");
    return invalid("bad value " + shown(token));
  }

  // Reads a value: a scalar that needs no change as a view, everything else through `out`. `depth` is that of
  // the value, which counts if it is an array or object.
  bool read(ondemand::value value, unsigned depth, std::string_view text, json_value& into) {
    ondemand::json_type type;
    if (const auto error = value.type().get(type)) return fail(error, text);
    switch (type) {
      case ondemand::json_type::string: {
        ondemand::raw_json_string token;
        if (const auto error = value.get_raw_json_string().get(token)) return fail(error, text);
        std::string_view inside;
        if (!string_token(token, into.text, inside)) return false;
        if (inside.find('\\') != std::string_view::npos) {
          out.clear();
          append_json_string(out, decoded);
          into.text = arena->copy(out);
        }
        into.kind = json_kind::string;
        return true;
      }
      case ondemand::json_type::array:
      case ondemand::json_type::object:
        out.clear();
        if (!write(value, depth, text)) return false;
        into.text = arena->copy(out);
        into.kind = type == ondemand::json_type::array ? json_kind::array : json_kind::object;
        return true;
      default:
        into.text = trim(value.raw_json_token());
        into.kind = kind_of(into.text);
        return literal(into.text, into.kind);
    }
  }

  // Appends a value to `out`.
  bool write(ondemand::value value, unsigned depth, std::string_view text) {
    ondemand::json_type type;
    if (const auto error = value.type().get(type)) return fail(error, text);
    switch (type) {
      case ondemand::json_type::string: {
        ondemand::raw_json_string token;
        if (const auto error = value.get_raw_json_string().get(token)) return fail(error, text);
        return write_string(token);
      }
      case ondemand::json_type::array: {
        if (depth > max_json_depth) return too_deep();
        ondemand::array array;
        if (const auto error = value.get_array().get(array)) return fail(error, text);
        out += '[';
        bool first = true;
        for (auto item : array) {
          ondemand::value element;
          if (const auto error = item.get(element)) return fail(error, text);
          if (!first) out += ',';
          first = false;
          if (!write(element, depth + 1, text)) return false;
        }
        out += ']';
        return true;
      }
      case ondemand::json_type::object: {
        if (depth > max_json_depth) return too_deep();
        ondemand::object object;
        if (const auto error = value.get_object().get(object)) return fail(error, text);
        const auto first_key = keys.size();
        out += '{';
        for (auto entry : object) {
          ondemand::field member;
          if (const auto error = std::move(entry).get(member)) return fail(error, text);
          std::string_view key;
          if (!key_token(member.key(), key)) return false;
          if (keys.size() > first_key + 1) out += ',';
          append_json_string(out, key);
          out += ':';
          if (!write(member.value(), depth + 1, text)) return false;
        }
        out += '}';
        return close_keys(first_key);
      }
      default: {
        const auto token = trim(value.raw_json_token());
        out += token;
        return literal(token, kind_of(token));
      }
    }
  }

  bool write_string(ondemand::raw_json_string token) {
    std::string_view compact, inside;
    if (!string_token(token, compact, inside)) return false;
    if (inside.find('\\') == std::string_view::npos)
      out += compact;
    else
      append_json_string(out, decoded);
    return true;
  }

  // Reads the members of `patch` or `expect` into the row.
  bool spread(ondemand::value value, member_scope scope, std::string_view name, std::string_view text,
              json_row& into) {
    ondemand::object object;
    if (const auto error = value.get_object().get(object)) {
      if (error == simdjson::INCORRECT_TYPE) return fail("has a " + shown(name) + " that is not an object");
      return fail(error, text);
    }
    return members(object, scope, 2, text, into);
  }

  bool members(ondemand::object object, member_scope scope, unsigned depth, std::string_view text,
               json_row& into) {
    const auto first_key = keys.size();
    for (auto entry : object) {
      ondemand::field field;
      if (const auto error = std::move(entry).get(field)) return fail(error, text);
      json_member member;
      member.scope = scope;
      if (!key_token(field.key(), member.key)) return false;
      const bool is_row = scope == member_scope::row;
      if (is_row && member.key == "patch") {
        into.has_patch = true;
        if (!spread(field.value(), member_scope::patch, member.key, text, into)) return false;
      } else if (is_row && member.key == "expect") {
        into.has_expect = true;
        if (!spread(field.value(), member_scope::expect, member.key, text, into)) return false;
      } else {
        if (!read(field.value(), depth + 1, text, member.value)) return false;
        into.members.push_back(member);
      }
    }
    return close_keys(first_key);
  }

  bool at_end(ondemand::document& document, std::string_view text) {
    // simdjson 3.0 returns OUT_OF_BOUNDS if nothing is left; otherwise text follows the value.
    const auto where = document.current_location();
    if (where.error() == simdjson::OUT_OF_BOUNDS) return true;
    return fail(simdjson::TAPE_ERROR, text);
  }
};

json_reader::json_reader() : impl_(std::make_unique<impl>()) {}
json_reader::json_reader(json_reader&&) noexcept = default;
json_reader& json_reader::operator=(json_reader&&) noexcept = default;
json_reader::~json_reader() = default;

const std::string& json_reader::problem() const noexcept {
  return impl_->problem;
}

std::optional<json_value> json_reader::value(std::string_view text, byte_arena& arena) {
  // On-Demand handles a lone scalar in another way, so the text is read as the only item of an array.
  const auto size = text.size() + 2;
  char* const at = arena.allocate(size + json_padding);
  at[0] = '[';
  if (!text.empty()) std::memcpy(at + 1, text.data(), text.size());
  at[size - 1] = ']';
  std::memset(at + size, ' ', json_padding);

  auto& me = *impl_;
  me.keys.clear();
  me.arena = &arena;
  me.end = at + size;
  json_value result;
  ondemand::document document;
  ondemand::array array;
  if (auto error = me.parser.iterate(at, size, size + json_padding).get(document)) {
    me.fail(error, text);
    return std::nullopt;
  }
  if (const auto error = document.get_array().get(array)) {
    me.fail(error, text);
    return std::nullopt;
  }
  int count = 0;
  for (auto item : array) {
    ondemand::value element;
    if (const auto error = item.get(element)) {
      me.fail(error, text);
      return std::nullopt;
    }
    if (++count > 1) break;
    if (!me.read(element, 1, text, result)) return std::nullopt;
  }
  if (count != 1 || !me.at_end(document, text)) {
    me.fail(simdjson::TAPE_ERROR, text);
    return std::nullopt;
  }
  return result;
}

bool json_reader::row(std::string_view line, byte_arena& arena, json_row& into) {
  into.members.clear();
  into.has_patch = into.has_expect = false;
  auto& me = *impl_;
  me.keys.clear();
  me.arena = &arena;
  me.end = line.data() + line.size();
  ondemand::document document;
  ondemand::object object;
  if (auto error = me.parser.iterate(line.data(), line.size(), line.size() + json_padding).get(document))
    return me.fail(error, line);
  if (const auto error = document.get_object().get(object)) {
    if (error == simdjson::INCORRECT_TYPE) return me.fail("must be a JSON object");
    return me.fail(error, line);
  }
  return me.members(object, member_scope::row, 1, line, into) && me.at_end(document, line);
}

}  // namespace pawl::input
