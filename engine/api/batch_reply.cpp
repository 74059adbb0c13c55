#include "engine/api/batch_reply.hpp"

#include "engine/text/json_string.hpp"
#include "engine/text/json_unescape.hpp"
#include "engine/text/json_walk.hpp"
#include "engine/text/letter_case.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace pawl::api {
namespace {

using said = batch_answer::said;

constexpr std::uint32_t resources_path = 0, errors_path = 1;
constexpr std::array<std::uint32_t, 1> only_path{0};

json_path list_at(const json_path& path) {
  return path.empty() ? json_path{{"", true}} : path;
}

// Calls each(element) for what stands in a list. False: there is no list.
template <class Each>
bool for_each_in(const located& at, Each each) {
  if (at.is == located::kind::list) {
    for (const auto element : at.elements) each(element);
    return true;
  }
  return at.is == located::kind::value && for_each_element(at.text, [&each](std::string_view element) {
           each(element);
           return true;
         });
}

}  // namespace

const json_path& id_in_batch(const profile& p, const batch_spec& batch) noexcept {
  return batch.id.empty() ? p.reply.id : batch.id;
}

bool append_as_single_reply(std::string& to, const json_path& root, std::string_view item) {
  const auto is_made_up = [](const path_step& s) { return !s.each && (!s.pick || s.pick->member.empty()); };
  if (!std::ranges::all_of(root, is_made_up)) return false;
  std::string behind;
  for (const auto& step : root) {
    if (!step.key.empty()) {
      to += '{' + json_string(step.key) + ':';
      behind.insert(0, 1, '}');
    }
    if (!step.pick) continue;
    to += '[';
    for (std::uint32_t i = 0; i < step.pick->index; ++i) to += "null,";
    behind.insert(0, 1, ']');
  }
  to.append(item).append(behind);
  return true;
}

batch_reply_reader::batch_reply_reader(const profile& p, const batch_spec& batch)
    : without_case_(p.reply.ids == id_compare::nocase),
      at_(std::array{list_at(batch.items), batch.errors}),
      error_id_(std::span{&batch.error_id, 1}),
      ids_(id_in_batch(p, batch)) {
  wanted_.push_back(resources_path);
  if (!batch.errors.empty()) wanted_.push_back(errors_path);
}

std::string batch_reply_reader::key_of(std::string_view id) const {
  return without_case_ ? in_lower_case(id) : std::string{id};
}

void batch_reply_reader::take(std::string_view id, said is, std::string_view text,
                              std::vector<batch_answer>& into) {
  const auto known = positions_.find(key_of(id));
  if (known == positions_.end()) return;
  auto& answer = into[known->second];
  answer = std::exchange(is_named_[known->second], 1) == 0 ? batch_answer{is, text} : batch_answer{};
}

void batch_reply_reader::take_items(std::vector<batch_answer>& into) {
  for_each_in(at_[resources_path], [&](std::string_view item) {
    if (const auto id = ids_.read(item)) take(*id, said::item, item, into);
  });
}

// One error may name several resources, as HubSpot's do.
void batch_reply_reader::take_error(std::string_view error, std::vector<batch_answer>& into) {
  if (!error_id_.locate(error_parser_, error, only_path)) return;
  const auto name = [&](std::string_view token) {
    scratch_.clear();
    if (!is_string_token(token))
      take(token, said::error, error, into);
    else if (append_unescaped(scratch_, token))
      take(scratch_, said::error, error, into);
  };
  if (!for_each_in(error_id_[0], name) && error_id_[0].is == located::kind::value) name(error_id_[0].text);
}

bool batch_reply_reader::read(std::string_view body, std::span<const std::string_view> ids,
                              std::vector<batch_answer>& into) {
  into.assign(ids.size(), {});
  is_named_.assign(ids.size(), 0);
  positions_.clear();
  for (std::size_t i = 0; i < ids.size(); ++i) positions_.emplace(key_of(ids[i]), i);
  if (!at_.locate(parser_, body, wanted_)) return false;
  // Where nothing was written, a reply may have errors alone.
  const auto& resources = at_[resources_path];
  const bool has_errors = wanted_.size() > 1 && for_each_in(at_[errors_path], [&](std::string_view error) {
                            take_error(error, into);
                          });
  if (resources.is == located::kind::absent) return has_errors;
  if (resources.is == located::kind::list || kind_of(resources.text) == json_kind::array) {
    take_items(into);
    return true;
  }
  return has_errors;
}

}  // namespace pawl::api
