// The fields of a thread as the first API has them, with groups, riders and set verbs, and short ways to
// write jobs for it: for the tests of reading a resource.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/model/job.hpp"
#include "tests/unit/api/thread_reply.hpp"

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pawl::api::testing {

inline profile reading_profile() {
  profile p;
  p.name = "threads";
  p.resource_path = "/threads/{id}";
  p.reply.id = {{"id"}};
  p.reply.updated_at = {{"updated_at"}};
  const auto add = [&p](const char* name, comparison how, const char* echo) -> field_spec& {
    return p.fields.emplace_back(make_field(name, how, echo));
  };
  const auto next = [&p] { return static_cast<field_index>(p.fields.size()); };
  add("text", comparison::text, "text");
  add("title", comparison::exact, "title").nullable = true;
  add("assignee_id", comparison::exact, "assignee.id").nullable = true;
  add("contact_id", comparison::exact, "contact.id");
  add("company_id", comparison::exact, "company.id").also_changes = {"contact"};
  const auto tag_ids = next();
  add("tag_ids", comparison::set, "tags[].id").type = field_type::list;
  add("project_id", comparison::none, "");
  const auto status = next();
  const auto snoozed_until = static_cast<field_index>(to_index(status) + 1);
  add("status", comparison::exact, "status").together = {snoozed_until};
  auto& until = add("snoozed_until", comparison::instant, "snoozed_until");
  until.together = {status};
  until.type = field_type::timestamp;
  add("closed_loop", comparison::none, "").rides_with = status;
  add("ai_draft_sources", comparison::exact, "ai_draft_sources").nullable = true;
  add("notify", comparison::none, "").replay_safe = false;
  add("score", comparison::exact, "score").type = field_type::number;
  for (const auto& [name, verb] : {std::pair{"add_tags", set_verb::add_names},
                                   {"remove_tags", set_verb::remove_names},
                                   {"add_tag_ids", set_verb::add_ids},
                                   {"remove_tag_ids", set_verb::remove_ids}}) {
    auto& f = add(name, comparison::none, "");
    f.verb = verb;
    f.verb_target = tag_ids;
    f.type = field_type::list;
  }
  p.readable = {{"updated_at", field_type::timestamp, {{"updated_at"}}},
                {"last_inbound_message_at", field_type::timestamp, {{"last_inbound_message_at"}}},
                {"is_read", field_type::boolean, {{"is_read"}}},
                {"size", field_type::number, {{"company"}, {"size"}}}};
  return p;
}

using members = std::vector<std::pair<std::string, std::string>>;  // name, JSON text

// Owns the texts of a job.
class made_job {
 public:
  made_job(const profile& p, members patch, members expect = {}, std::string id = "t1")
      : id_(std::move(id)), patch_(std::move(patch)), expect_(std::move(expect)) {
    const auto values = [&p](const members& from, std::vector<field_value>& into) {
      for (const auto& [name, json] : from) {
        const auto known = p.find(name);
        into.push_back({known ? *known : passed_field, name, json});
      }
    };
    values(patch_, patch_values_);
    values(expect_, expect_values_);
    view_.id = id_;
    view_.patch = patch_values_;
    view_.expect = expect_values_;
  }
  made_job(const made_job&) = delete;
  made_job& operator=(const made_job&) = delete;

  operator const job_view&() const noexcept { return view_; }

 private:
  std::string id_;
  members patch_, expect_;
  std::vector<field_value> patch_values_, expect_values_;
  job_view view_;
};

inline std::string text_of(std::span<const field_value> values) {
  std::string text;
  for (const auto& v : values) {
    if (!text.empty()) text += ' ';
    text += std::string(v.name) + '=' + std::string(v.json);
  }
  return text;
}

}  // namespace pawl::api::testing
