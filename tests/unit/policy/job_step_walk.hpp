// The step where the API shows its resources, walked by hand with time that moves only when the test says so.
#pragma once

#include "engine/policy/job_step.hpp"
#include "engine/text/json_path.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace pawl::policy::by_hand {

using namespace std::chrono_literals;

inline api::profile shown_profile() {
  api::profile p;
  p.name = "test";
  p.resource_path = "/items/{id}";
  p.reply.id = *parse_json_path("id");
  p.reply.updated_at = *parse_json_path("updated_at");
  p.error = {{*parse_json_path("error.code")}, {*parse_json_path("error.message")}, {}, {}};
  api::field_spec status, title, notify;
  status.name = "status";
  status.echo = {*parse_json_path("status")};
  title.name = "title";
  title.echo = {*parse_json_path("title")};
  notify.name = "notify";
  notify.type = api::field_type::json;
  notify.compare = api::comparison::none;
  notify.replay_safe = false;
  p.fields = {status, title, notify};
  return p;
}

inline std::string item(std::string_view status, std::string_view title, int stamp = 1) {
  return R"({"id":"t1","status":")" + std::string(status) + R"(","title":")" + std::string(title) +
         R"(","updated_at":"2026-01-01T00:00:0)" + std::to_string(stamp) + R"(Z"})";
}
inline const std::string wanted = item("done", "a", 2);
inline const std::string untouched = item("open", "a", 1);

// A job {status: done} walked through the machine by hand; what each action is called is what came.
struct walk {
  api::profile profile;
  api::reply_reader reader{profile};
  api::resource_reader resources{profile, {}, nullptr, false};
  step_options options;
  std::optional<job_step> step;
  std::vector<field_value> patch{{field_index{0}, "status", "\"done\""}};
  std::vector<field_value> expect;
  job_view job;
  time_point now{1000s};
  wall_time wall{1h};
  std::uint64_t outages = 0;
  time_point proven_at = time_point::min();
  bool can_be_proven = true, has_succeeded = false;
  std::string body;
  step_action next;

  explicit walk(bool read_first = true, bool replay_safe = true, const std::optional<left_intent>& left = {})
      : walk(shown_profile(), read_first, replay_safe, left) {}
  explicit walk(api::profile api, bool read_first = true, bool replay_safe = true,
                const std::optional<left_intent>& left = {})
      : profile(std::move(api)) {
    options.read_first = read_first;
    options.longest_lateness = 60s;
    step.emplace(profile, reader, &resources, options);
    job.row = 1;
    job.id = "t1";
    if (!replay_safe) patch.push_back({field_index{2}, "notify", "{}"});
    job.patch = patch;
    job.replay_safe = replay_safe;
    step->reset(job, left);
  }
  void expect_status(std::string_view json) {
    expect = {{field_index{0}, "status", json}};
    job.expect = expect;
    step->reset(job, {});
  }
  std::string feed(const step_event& e) {
    surroundings around;
    around.now = now;
    around.wall = wall;
    around.jitter01 = 0.5;
    around.outages = outages;
    around.proven_at = proven_at;
    around.can_be_proven = can_be_proven;
    around.has_succeeded = has_succeeded;
    next = step->resume(e, around);
    static constexpr const char* names[] = {"queue", "read",  "lease", "grant",  "intent",
                                            "send",  "sleep", "stop",  "finish", "pending"};
    return names[next.index()];
  }
  std::string replied(bool to_a_read, attempt_fact fact) {
    if (to_a_read) return feed(event::read_replied{&fact});
    return feed(event::replied{&fact});
  }
  // An error without a text is the API's own; `foreign` has the words of somebody else.
  std::string answer(bool to_a_read, int status, std::string text) {
    body = std::move(text);
    if (body.empty() && status >= 400 && status <= 499) body = R"({"error":{"code":"own","message":"no"}})";
    body.reserve(body.size() + 64);
    attempt_fact fact;
    fact.reached = phase::answered;
    fact.status = status;
    fact.body = body;
    return replied(to_a_read, fact);
  }
  std::string read_shows(std::string text) { return answer(true, 200, std::move(text)); }
  std::string write_answers(int status, std::string text = {}) {
    return answer(false, status, std::move(text));
  }
  std::string broken(bool on_a_read, transport_fault fault, phase reached = phase::maybe_applied) {
    attempt_fact fact;
    fact.reached = reached;
    fact.fault = fault;
    return replied(on_a_read, fact);
  }
  // After a foreign reply: the API has proved itself, and the job is awake again.
  std::string prove() {
    now = std::get<action::sleep>(next).until;
    proven_at = now;
    now += 1ms;
    return feed(event::woke{});
  }
  std::string wake() {
    now = std::get<action::sleep>(next).until;
    return feed(event::woke{});
  }
  // From a place in the line to the wire.
  void to_the_wire() {
    ASSERT_EQ(feed(event::near_due{}), "lease");
    ASSERT_EQ(feed(event::leased{}), "grant");
    auto said = feed(event::granted{});
    if (said == "intent") said = feed(event::intent_committed{});
    ASSERT_EQ(said, "send");
  }
  // Reads `shown` first and goes to the wire.
  void read_and_send(const std::string& shown = untouched) {
    ASSERT_EQ(feed(event::started{}), "queue");
    EXPECT_EQ(std::get<action::queue_for_write>(next).lead, 2s);
    ASSERT_EQ(feed(event::near_due{}), "read");
    ASSERT_EQ(read_shows(shown), "queue");
    to_the_wire();
  }
  const error_note& note() const { return std::get<action::finish>(next).note; }
  outcome result() const { return std::get<action::finish>(next).result; }
  verified how() const { return std::get<action::finish>(next).how; }
};

}  // namespace pawl::policy::by_hand
