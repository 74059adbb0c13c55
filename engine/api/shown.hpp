// What a resource shows of a field: rules that hold for the reply to a patch and for a read alike.
#pragma once

#include "engine/api/json_compare.hpp"
#include "engine/api/profile.hpp"
#include "engine/text/json_locator.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace pawl::api {

// Whether replies show the value that a patch of this field wrote. Not so for a set verb, which is never sent
// itself: the full set of its target is.
bool is_echoed(const field_spec&);

// Whether the id is shown: as a string, or as a number with the same text. Where the profile says so, the
// case of ASCII letters does not count.
bool shows_id(const located&, std::string_view id, const reply_shape&);

// Whether two texts are likely spellings of one id: they differ only in the case of letters, or in what
// stands around and between letters and digits ("{A0EE-11}" and "a0ee11").
bool spells_alike(std::string_view a, std::string_view b) noexcept;

// `wanted` is compact JSON. An absent or broken value gives `malformed`; the caller judges what that means.
equality compare_shown(json_comparer&, comparison how, std::string_view wanted, const located& shown);

// Whether a shown value is null or of the type that the profile says. A number where a word is expected is a
// value in another form, which says nothing of the field. `words` of an enum; empty: any.
bool is_as_described(const located&, field_type, std::span<const std::string> words);

// Whether a resource must show the field: it is a list, and absence would not mean that it is empty. Where
// the profile says what clears it, absence is that.
bool must_be_shown(const field_spec&);

// Whether a shown value is sound JSON, whatever its shape. False: the reply is garbled, and another one may
// be sound.
bool is_sound(const located&);

// Whether a shown value says anything: no null, no empty text, list or object.
bool has_content(const located&);

// Appends the value as JSON text; of a walked list an array. Appends null for an absent value and nothing for
// a broken one.
void append_shown(std::string& to, const located&);

// Bytes of a value that stands in a report. Chosen.
inline constexpr std::size_t max_shown_value = 1024;
// Appends the value for people: printable, at most `max_bytes`.
void append_printable_shown(std::string& to, const located&, std::size_t max_bytes);

}  // namespace pawl::api
