#include "engine/api/field_codec.hpp"

#include "engine/api/joined_list.hpp"
#include "engine/api/json_compare.hpp"
#include "engine/api/shown.hpp"
#include "engine/text/date_time.hpp"
#include "engine/text/epoch_time.hpp"
#include "engine/text/json_normal_form.hpp"
#include "engine/text/json_number.hpp"
#include "engine/text/json_string.hpp"
#include "engine/text/json_unescape.hpp"
#include "engine/text/letter_case.hpp"
#include "engine/text/printable.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>

namespace pawl::api {
namespace {

constexpr std::string_view null_json = "null";
constexpr std::string_view unread_before = R"({"wire":)", unread_after = "}";

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

field_codec::field_codec(const field_spec& f)
    : type_(f.type),
      wire_(form_of(f)),
      compare_(f.compare),
      separator_(f.separator),
      wire_words_(f.wire_values),
      send_(f.send) {
  if (!wire_words_.empty())
    for (const auto& word : f.values) words_.push_back(json_string(word));
  wire_words_.resize(words_.size());
  if (f.clear && *f.clear != null_json) clear_ = *f.clear;
  // What clears the field is written without what `send` puts around values.
  if (!clear_.empty() && !append_form_read(cleared_, clear_)) cleared_.clear();
  if (const auto* part = shown_part(f))
    if (auto around = around_value(*part)) text_ = shown_text{*part, *std::move(around)};
  reads_as_shown_ = !has_form() && clear_.empty();
  writes_as_given_ = reads_as_shown_ && !send_;
}

field_codec field_codec::without_send() const {
  auto same = *this;
  same.send_.reset();
  same.writes_as_given_ = reads_as_shown_;
  return same;
}

field_codec::field_codec(const readable_field& f) : type_(f.type) {}

bool field_codec::is_same(std::string_view a, std::string_view b) const {
  json_comparer comparer;
  // Both ways, because one object may have the members of the other and more.
  return comparer.compare(compare_, a, b) == equality::equal &&
         comparer.compare(compare_, b, a) == equality::equal;
}

bool field_codec::clears(std::string_view json) const {
  if (clear_.empty() || json == null_json || json.empty()) return false;
  if ((!cleared_.empty() && is_same(cleared_, json)) || is_same(null_json, json)) return true;
  std::string form;
  append_form(form, json);
  return is_same_json(clear_, form);
}

void field_codec::append_written(std::string& to, std::string_view json, std::string_view there) const {
  if (json == null_json || clears(json)) {
    to += clear_.empty() ? null_json : std::string_view{clear_};
    return;
  }
  if (!send_) {
    append_wire(to, json);
    return;
  }
  std::string form, text;
  append_form(form, json);
  if (text_) append_wire(text, json);
  append_filled(to, *send_, {form, text_ ? &text_->as : nullptr, text}, there);
}

void field_codec::append_wire(std::string& to, std::string_view json) const {
  if (!text_ || json == null_json) {
    append_form(to, json);
  } else if (const auto raw = unread_value(json)) {
    to += *raw;
  } else {
    std::string form;
    append_form(form, json);
    append_filled(to, text_->as, {form}, {});
  }
}

void field_codec::append_form(std::string& to, std::string_view json) const {
  const auto begin = to.size();
  // With `clear` alone every value has its form, also an object that looks like append_read()'s.
  if (json != null_json && has_form()) {
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
      const auto text = text_of_token(json);
      return text && append_epoch(to, *text, unit_of(wire_));
    }
    case wire_form::joined:
      break;
  }
  const auto list = join_list(json, separator_);
  if (list.flaw != join_flaw::none) return false;
  append_json_string(to, list.text);
  return true;
}

bool field_codec::gives_all_back() const noexcept {
  return !text_ && (wire_ == wire_form::json || wire_ == wire_form::string);
}

std::string field_codec::why_not_written(std::string_view json) const {
  const auto got = [](std::string_view token) { return " (got " + shown_json(token) + ')'; };
  if (json == null_json || gives_all_back()) return {};
  if (json.starts_with('"') && !text_of_token(json))
    return "has a NUL or half of a character, which cannot be read out of the text around it" + got(json);
  if (wire_ == wire_form::epoch_s || wire_ == wire_form::epoch_ms) {
    std::string number, back;
    if (append_encoded(number, json) && append_date_time(back, number, unit_of(wire_))) return {};
    return "is a time outside of the years 0000 to 9999 in UTC, or has too many digits, so no number at the "
           "API tells it" +
           got(json);
  }
  if (wire_ != wire_form::joined) return {};
  const auto list = join_list(json, separator_);
  const auto separates = [this] { return shown(separator_) + ", which separates the items at the API"; };
  switch (list.flaw) {
    case join_flaw::none:
      return {};
    case join_flaw::no_list:
      return "must be a list of strings" + got(json);
    case join_flaw::no_text:
      return "has an item with a NUL or half of a character, which a joined text cannot hold" +
             got(list.element);
    case join_flaw::empty:
      return "has an empty item" + got(json);
    case join_flaw::white_space:
      return "has an item with white space around it, which the API drops" + got(list.element);
    case join_flaw::separator:
      return "has an item that holds " + separates() + got(list.element);
    case join_flaw::neighbour:
      break;
  }
  return "has an item that makes " + separates() + ", with what stands behind it" + got(list.element);
}

void field_codec::append_read(std::string& to, std::string_view shown) const {
  if (reads_as_shown_ || shown == null_json) {
    to += shown;
    return;
  }
  if (!clear_.empty() && is_same_json(clear_, shown)) {
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
  if (!text_) return append_form_read(to, shown);
  const auto text = text_of_token(shown);
  const auto& [before, after] = text_->around;
  if (!text || text->size() < before.size() + after.size() || !text->starts_with(before) ||
      !text->ends_with(after))
    return false;
  const auto inner = text->substr(before.size(), text->size() - before.size() - after.size());
  if (!words_.empty())
    return append_word(to, json_string(inner)) || (!is_string_token(inner) && append_word(to, inner));
  if (wire_ != wire_form::json || (type_ != field_type::number && type_ != field_type::boolean))
    return append_form_read(to, json_string(inner));
  if (type_ == field_type::number ? !is_json_number(inner) : inner != "true" && inner != "false")
    return false;
  to += inner;
  return true;
}

bool field_codec::append_word(std::string& to, std::string_view form) const {
  for (std::size_t i = 0; i < words_.size(); ++i) {
    if (!is_same_json(wire_words_[i], form)) continue;
    to += words_[i];
    return true;
  }
  return false;
}

// False: it is not the form that the wire has.
bool field_codec::append_form_read(std::string& to, std::string_view shown) const {
  if (!words_.empty()) return append_word(to, shown);
  if (wire_ == wire_form::json) {
    to += shown;
    return true;
  }
  const auto text = text_of_token(shown);
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
      if (!append_date_time(to, said, unit_of(wire_))) {
        // APIs that take numbers may show texts.
        std::string number, again;
        if (!text || !is_rfc3339(*text, leap_second::anywhere) ||
            !append_epoch(number, *text, unit_of(wire_)) || !append_date_time(again, number, unit_of(wire_)))
          return false;
        to += *text;
      }
      to += '"';
      return true;
    case wire_form::joined:
      break;
  }
  const auto begin = to.size();
  if (text) {
    to += '[';
    const char* between = "";
    for (const auto element : split_joined(*text, separator_)) {
      to += between;
      append_json_string(to, element);
      between = ",";
    }
    to += ']';
  } else {
    to += shown;
  }
  return join_list(std::string_view{to}.substr(begin), separator_).flaw == join_flaw::none;
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
