// resource_reader::look_again(): what a read after an attempt proves.
#include "engine/api/resource_reader_impl.hpp"
#include "engine/api/shown.hpp"
#include "engine/api/value_object.hpp"

#include <algorithm>

namespace pawl::api {

bool resource_reader::impl::has_same_moment(std::string_view then) {
  return !then.empty() && !now_at.empty() &&
         comparer.compare(comparison::instant, then, now_at) == equality::equal;
}

second_look resource_reader::impl::look_again(std::string_view body, source from, std::string_view id,
                                              std::span<const field_value> sent, std::string_view old_values,
                                              std::string_view updated_at) {
  start_asking();
  for (const auto& v : sent) ask_for(v.field);
  second_look look_now;
  trouble.clear();
  auto is = find_resource(body, from);
  if (is == readability::readable) is = look(body, from, id);
  if (is != readability::readable) {
    look_now.is = is;
    return look_now;
  }

  before.clear();
  const bool was_read = !old_values.empty() && parse_values(old_values, api, before);
  const auto old_of = [&](field_index f) -> const std::string_view* {
    const auto known = std::ranges::find(before, f, &field_value::field);
    return was_read && known != before.end() ? &known->json : nullptr;
  };

  const located *contradiction = nullptr, *untouched = nullptr;
  bool all_wanted = !sent.empty(), any_wanted = false, was_other = false;
  bool all_old = true, wants_other = false;
  for (const auto& v : sent) {
    if (!is_shown(v.field)) {
      all_wanted = false;
      continue;
    }
    const auto how = api[v.field].compare;
    const bool absent = at(v.field).is == located::kind::absent;
    const auto* old = old_of(v.field);
    const auto is_wanted = compare(v.field, v.json);
    const auto is_old = old == nullptr ? equality::different : compare(v.field, *old);
    if (is_wanted == equality::malformed || is_old == equality::malformed) {
      look_now = {};
      look_now.is = is_wanted == equality::malformed ? spoiled : readability::misshapen;
      return look_now;
    }
    all_old = all_old && is_old == equality::equal;
    look_now.shows_other = look_now.shows_other || (old != nullptr && is_old == equality::different &&
                                                    is_wanted == equality::different);
    wants_other = wants_other || is_wanted == equality::different;

    if (is_wanted == equality::equal) {
      const bool changed = old != nullptr && comparer.compare(how, v.json, *old) == equality::different;
      was_other = was_other || changed;
      // If null was wanted, absence shows something only where a value stood before.
      any_wanted = any_wanted || !absent || changed;
      all_wanted = all_wanted && !absent;
    } else {
      all_wanted = false;
      if (how == comparison::text) {
        // A field that shows its old value was not normalised by this write, so the write did not reach it.
        const bool is_untouched = old != nullptr && is_old == equality::equal &&
                                  comparer.compare(how, v.json, *old) == equality::different;
        if (is_untouched && untouched == nullptr) {
          untouched = &at(v.field);
          if (contradiction == nullptr) look_now.field = v.field;
        }
        continue;
      }
      if (contradiction == nullptr) {
        contradiction = &at(v.field);
        look_now.field = v.field;
      }
    }
  }

  look_now.is = readability::readable;
  read_updated_at(now_at);
  look_now.updated_at = now_at;
  look_now.shows_old = was_read && all_old && wants_other;
  look_now.is_unmoved = has_same_moment(updated_at);
  look_now.shows_wanted = contradiction == nullptr;
  if (look_now.shows_wanted) {
    look_now.how = all_wanted ? verified::full : any_wanted ? verified::partial : verified::none;
    if (was_other && untouched == nullptr) look_now.proven = second_look::proof::applied;
  }
  if (const auto* other = contradiction != nullptr ? contradiction : untouched) {
    shown.clear();
    append_printable_shown(shown, *other, max_shown_value);
    look_now.shown = shown;
  }
  if (!look_now.shows_wanted) {
    // The contradicting field shows that the write would have made a difference.
    if (was_read && all_old && has_same_moment(updated_at)) look_now.proven = second_look::proof::not_applied;
  }
  return look_now;
}

}  // namespace pawl::api
