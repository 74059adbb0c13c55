// The two forms of a field's values: the one that rows have, and the one that the API takes and shows
// (`wire`, `values` as a table, `send`, `clear`). Everything in pawl has the rows' form: jobs, plans,
// comparisons and what the ledger keeps. Only field_places writes the other one, and only field_locator reads
// it. Pure.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/api/value_template.hpp"
#include "engine/text/json_locator.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::api {

// Compiled once for each field. Owns its texts.
//
// Both ways are exact (decimals and whole numbers of any length, fractions of a second), and each undoes the
// other in meaning: an API may show "5.0" where "5" was written, or 1.7e9 for a moment.
class field_codec {
 public:
  field_codec() = default;  // the two forms are the same
  explicit field_codec(const field_spec&);
  explicit field_codec(const readable_field&);

  // Whether shown (and written) values have the rows' form already.
  bool reads_as_shown() const noexcept { return reads_as_shown_; }
  bool writes_as_given() const noexcept { return writes_as_given_; }

  // Appends what is written in the field's place for `json`, compact JSON of the rows' form: null, and what
  // means it, becomes what clears the field, and everything else its wire form with what `send` puts around
  // it. Members that the object `there` (JSON; empty: nothing stands there) has beside those of `send` stay.
  void append_written(std::string& to, std::string_view json, std::string_view there = {}) const;
  // Appends the value as the API shows it: the wire form, in the text of `send` if that is what is shown.
  void append_wire(std::string& to, std::string_view json) const;

  // Why the value of a row would not come back as it is from what is written, as the end of a sentence that
  // begins with the field ("has an item ..."); empty: it does.
  std::string why_not_written(std::string_view json) const;
  // Whether that is empty for every value that a row of the field's type can have.
  bool gives_all_back() const noexcept;

  // Appends the rows' form of a shown value. null and the value that clears the field become null. A value
  // that has neither the wire form nor the rows' becomes {"wire":VALUE}: no row can hold that, so it differs
  // from every wanted value and no undo takes it; append_wire() gives VALUE back. Text that is no JSON stays
  // as it is, for the caller to find.
  void append_read(std::string& to, std::string_view shown) const;

  // The same field as the API shows it: append_written() is append_wire().
  field_codec without_send() const;

  // Whether a row that has this value means null: the field's comparison calls it the same as null, or as
  // what clears the field. False for null itself, and where the profile does not say what clears the field.
  bool clears(std::string_view json) const;

 private:
  // A text of `send` that a reply shows as it was written, so that values are read out of it.
  struct shown_text {
    json_template as;
    text_around around;
  };
  bool has_form() const noexcept { return wire_ != wire_form::json || !words_.empty() || text_; }
  void append_form(std::string& to, std::string_view json) const;
  bool append_decoded(std::string& to, std::string_view shown) const;
  bool append_form_read(std::string& to, std::string_view form) const;
  bool append_word(std::string& to, std::string_view form) const;
  bool append_encoded(std::string& to, std::string_view json) const;
  bool is_same(std::string_view a, std::string_view b) const;

  bool reads_as_shown_ = true, writes_as_given_ = true;
  field_type type_ = field_type::string;
  wire_form wire_ = wire_form::json;
  comparison compare_ = comparison::exact;
  std::string separator_;
  std::string clear_;                            // JSON; empty: null
  std::string cleared_;                          // its rows' form; empty: it has none
  std::vector<std::string> words_, wire_words_;  // enumeration: JSON
  std::optional<json_template> send_;            // unset: the value alone
  std::optional<shown_text> text_;
};

// Where a reply shows something, and in which form.
struct shown_place {
  json_path path;
  field_codec codec;
};
// A field's place in a reply; an empty path if no reply shows it.
shown_place place_of(const field_spec&);
// That of a field or a readable field by its name, as conditions and columns have it. The path is the
// caller's.
field_codec codec_of(const profile&, std::string_view name);

}  // namespace pawl::api
