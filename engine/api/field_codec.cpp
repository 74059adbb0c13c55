#include "engine/api/field_codec.hpp"

#include "engine/api/shown.hpp"
#include "engine/text/date_time.hpp"
#include "engine/text/epoch_time.hpp"
#include "engine/text/json_normal_form.hpp"
#include "engine/text/json_number.hpp"
#include "engine/text/json_string.hpp"
#include "engine/text/json_unescape.hpp"
#include "engine/text/json_walk.hpp"
#include "engine/text/letter_case.hpp"
#include "engine/text/trim.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>

namespace pawl::api {
namespace {

constexpr std::string_view null_json = "null";
constexpr std::string_view unread_before = R"({"wire":)", unread_after = "}";

bool same_value(std::string_view a, std::string_view b) {
  if (a == b) return true;
  std::string x, y;
  return append_normal_form(x, a) && append_normal_form(y, b) && x == y;
}

// What a string token says.
std::optional<std::string> text_of(std::string_view token) {
  std::string text;
  if (!is_string_token(token) || !append_unescaped(text, token)) return std::nullopt;
  return text;
}

// The value in append_read()'s wrapping.
std::optional<std::string_view> unread_value(std::string_view json) {
  if (!json.starts_with(unread_before) || !json.ends_with(unread_after)) return std::nullopt;
  json.remove_prefix(unread_before.size());
  json.remove_suffix(unread_after.size());
  return json;
}

epoch_unit unit_of(wire_form form) noexcept {
  return form == wire_form::epoch_ms ? epoch_unit::millisecond : epoch_unit::second;
}

// Strings have the form of strings already.
wire_form form_of(const field_spec& f) noexcept {
  const bool is_text = f.type != field_type::number && f.type != field_type::boolean;
  return f.wire == wire_form::string && is_text ? wire_form::json : f.wire;
}

}  // namespace

std::vector<std::string_view> split_joined(std::string_view text, std::string_view separator) {
  const auto between = trim(separator);
  std::vector<std::string_view> elements;
  for (auto rest = text; !rest.empty();) {
    // A separator of white space alone: any white space separates.
    const auto at = between.empty() ? rest.find_first_of(" \t\r\n") : rest.find(between);
    const auto element = trim(rest.substr(0, at));
    if (!element.empty()) elements.push_back(element);
    if (at == std::string_view::npos) break;
    rest.remove_prefix(at + std::max<std::size_t>(1, between.size()));
  }
  return elements;
}

field_codec::field_codec(const field_spec& f)
    : type_(f.type), wire_(form_of(f)), separator_(f.separator), wire_words_(f.wire_values) {
  if (f.clear && *f.clear != null_json) clear_ = *f.clear;
  if (!wire_words_.empty())
    for (const auto& word : f.values) words_.push_back(json_string(word));
  wire_words_.resize(words_.size());
  if (f.send) compile(*f.send);
  reads_as_shown_ = wire_ == wire_form::json && words_.empty() && clear_.empty();
  writes_as_given_ = reads_as_shown_ && send_.empty();
}

field_codec field_codec::without_send() const {
  auto same = *this;
  same.send_.clear();
  same.writes_as_given_ = reads_as_shown_;
  return same;
}

field_codec::field_codec(const readable_field& f) : type_(f.type) {}

void field_codec::add_literal(std::string_view text) {
  if (send_.empty() || send_.back().is != piece::kind::literal) send_.push_back({piece::kind::literal, {}});
  send_.back().literal += text;
}

void field_codec::compile(const json_template& t) {
  using kind = json_template::kind;
  std::string_view between;
  switch (t.is) {
    case kind::json:
      add_literal(t.text);
      return;
    case kind::hole:
      send_.push_back({piece::kind::value, {}});
      return;
    case kind::text:
      add_literal("\"");
      for (const auto& part : t.pieces) {
        if (part.is != hole::none) {
          send_.push_back({piece::kind::text, {}});
          continue;
        }
        const auto quoted = json_string(part.text);
        add_literal(std::string_view{quoted}.substr(1, quoted.size() - 2));
      }
      add_literal("\"");
      return;
    case kind::object:
      add_literal("{");
      for (const auto& [key, value] : t.members) {
        add_literal(between);
        add_literal(json_string(key) + ':');
        compile(value);
        between = ",";
      }
      add_literal("}");
      return;
    case kind::array:
      add_literal("[");
      for (const auto& element : t.elements) {
        add_literal(between);
        compile(element);
        between = ",";
      }
      add_literal("]");
      return;
  }
}

bool field_codec::is_same_as_clear(std::string_view json) const {
  return !clear_.empty() && !json.empty() && same_value(clear_, json);
}

bool field_codec::clears(std::string_view json) const {
  if (clear_.empty() || json == null_json) return false;
  std::string wire;
  append_wire(wire, json);
  return is_same_as_clear(wire);
}

void field_codec::append_written(std::string& to, std::string_view json) const {
  if (json == null_json) {
    to += clear_.empty() ? null_json : std::string_view{clear_};
    return;
  }
  if (send_.empty()) {
    append_wire(to, json);
    return;
  }
  std::string wire;
  append_wire(wire, json);
  for (const auto& part : send_) {
    if (part.is == piece::kind::literal) {
      to += part.literal;
    } else if (part.is == piece::kind::text && is_string_token(wire)) {
      to.append(wire, 1, wire.size() - 2);
    } else if (part.is == piece::kind::text && !wire.starts_with('{') && !wire.starts_with('[')) {
      to += wire;
    } else if (part.is == piece::kind::text) {
      const auto quoted = json_string(wire);
      to.append(quoted, 1, quoted.size() - 2);
    } else {
      to += wire;
    }
  }
}

void field_codec::append_wire(std::string& to, std::string_view json) const {
  const auto begin = to.size();
  // With `clear` alone every value has its form, also an object that looks like append_read()'s.
  const bool is_form = wire_ != wire_form::json || !words_.empty();
  if (json != null_json && is_form) {
    if (append_encoded(to, json)) return;
    to.resize(begin);
    if (const auto raw = unread_value(json)) json = *raw;
  }
  to += json;
}

// False: the form is not one of those that rows have.
bool field_codec::append_encoded(std::string& to, std::string_view json) const {
  if (!words_.empty()) {
    const auto word = std::ranges::find(words_, json);
    if (word == words_.end()) return false;
    to += wire_words_[static_cast<std::size_t>(word - words_.begin())];
    return true;
  }
  switch (wire_) {
    case wire_form::json:
      return false;
    case wire_form::string:
      if (json != "true" && json != "false" && !is_json_number(json)) return false;
      to.append(1, '"').append(json).append(1, '"');
      return true;
    case wire_form::epoch_s:
    case wire_form::epoch_ms: {
      const auto text = text_of(json);
      return text && append_epoch(to, *text, unit_of(wire_));
    }
    case wire_form::joined:
      break;
  }
  std::string joined;
  bool is_first = true;
  const bool is_list = for_each_element(json, [&](std::string_view element) {
    if (!is_first) joined += separator_;
    is_first = false;
    const auto text = text_of(element);
    joined += text ? std::string_view{*text} : element;
    return true;
  });
  if (is_list) append_json_string(to, joined);
  return is_list;
}

void field_codec::append_read(std::string& to, std::string_view shown) const {
  if (reads_as_shown_ || shown == null_json) {
    to += shown;
    return;
  }
  if (is_same_as_clear(shown)) {
    to += null_json;
    return;
  }
  const auto begin = to.size();
  if (append_decoded(to, shown)) {
    // The API may show what clears the field in another form than it takes.
    if (clears(std::string_view{to}.substr(begin))) {
      to.resize(begin);
      to += null_json;
    }
    return;
  }
  to.resize(begin);
  std::string scratch;
  const bool is_sound = append_normal_form(scratch, shown);
  if (is_sound) to += unread_before;
  to += shown;
  if (is_sound) to += unread_after;
}

bool field_codec::append_decoded(std::string& to, std::string_view shown) const {
  if (!words_.empty()) {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      if (!same_value(wire_words_[i], shown)) continue;
      to += words_[i];
      return true;
    }
    return false;
  }
  if (wire_ == wire_form::json) {
    to += shown;
    return true;
  }
  const auto text = text_of(shown);
  const std::string_view said = text ? std::string_view{*text} : shown;
  switch (wire_) {
    case wire_form::json:
    case wire_form::string:
      if (type_ == field_type::number) {
        if (!is_json_number(said)) return false;
        to += said;
        return true;
      }
      for (const std::string_view word : {"true", "false"}) {
        if (!equal_without_case(said, word)) continue;
        to += word;
        return true;
      }
      return false;
    case wire_form::epoch_s:
    case wire_form::epoch_ms:
      to += '"';
      if (append_date_time(to, said, unit_of(wire_))) {
        to += '"';
        return true;
      }
      // APIs that take numbers may show texts.
      if (!text || !is_rfc3339(*text, leap_second::anywhere)) return false;
      to.append(*text).append(1, '"');
      return true;
    case wire_form::joined:
      break;
  }
  if (!text) {
    to += shown;
    // Its elements must come back from the text that they are joined into.
    return for_each_element(shown, [this](std::string_view element) {
      const auto one = text_of(element);
      if (!one) return false;
      const auto split = split_joined(*one, separator_);
      return split.size() == 1 && split.front() == *one;
    });
  }
  to += '[';
  const char* between = "";
  for (const auto element : split_joined(*text, separator_)) {
    to += between;
    append_json_string(to, element);
    between = ",";
  }
  to += ']';
  return true;
}

shown_place place_of(const field_spec& f) {
  if (!is_echoed(f)) return {};
  return {f.echo, field_codec(f)};
}

field_codec codec_of(const profile& p, std::string_view name) {
  if (const auto field = p.find(name)) return field_codec(p[*field]);
  const auto readable = std::ranges::find(p.readable, name, &readable_field::name);
  if (readable != p.readable.end()) return field_codec(*readable);
  return p.any_field ? field_codec(*p.any_field) : field_codec{};
}

}  // namespace pawl::api
