// The step where nothing is read before a write or after it, walked by hand.
#pragma once

#include "engine/policy/job_step.hpp"
#include "engine/text/json_path.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pawl::policy::blind {

using namespace std::chrono_literals;

inline api::profile test_profile() {
  api::profile p;
  p.name = "test";
  p.resource_path = "/items/{id}";
  p.reply.id = *parse_json_path("id");
  p.error = {{*parse_json_path("error.code")},
             {*parse_json_path("error.message")},
             {*parse_json_path("error.details")},
             {*parse_json_path("error.request_id")}};
  p.headers.request_id = "X-Request-Id";
  api::field_spec status;
  status.name = "status";
  status.echo = *parse_json_path("status");
  p.fields.push_back(status);
  api::field_spec notify;
  notify.name = "notify";
  notify.type = api::field_type::json;
  notify.compare = api::comparison::none;
  notify.replay_safe = false;
  p.fields.push_back(notify);
  return p;
}

// A job walked through the machine by hand, with time that moves only when the test says so.
struct blind_walk {
  api::profile profile = test_profile();
  api::reply_reader reader{profile};
  step_options options;
  job_step step{profile, reader, nullptr, options};
  std::vector<field_value> patch{{field_index{0}, "status", "\"done\""}};
  job_view job;
  time_point now{1000s};
  std::uint64_t outages = 0;
  time_point proven_at = time_point::min();
  bool can_be_proven = true;
  std::string body;
  std::vector<header_field> headers{{"X-Request-Id", "req_1"}};

  explicit blind_walk(bool replay_safe = true) {
    job.row = 1;
    job.id = "t1";
    job.patch = patch;
    job.replay_safe = replay_safe;
    step.reset(job);
  }
  step_action feed(const step_event& e) {
    surroundings around;
    around.now = now;
    around.jitter01 = 0.5;
    around.outages = outages;
    around.proven_at = proven_at;
    around.can_be_proven = can_be_proven;
    return step.resume(e, around);
  }

  // Up to the request on the wire.
  step_action to_the_wire(bool first = true) {
    if (first) {
      EXPECT_TRUE(std::holds_alternative<action::queue_for_write>(feed(event::started{})));
    }
    auto next = feed(event::near_due{});
    const auto* lease = std::get_if<action::lease>(&next);
    EXPECT_NE(lease, nullptr);
    if (lease != nullptr) {
      EXPECT_EQ(lease->need, job.replay_safe ? connection_need::any : connection_need::fresh);
    }
    EXPECT_TRUE(std::holds_alternative<action::await_grant>(feed(event::leased{})));
    next = feed(event::granted{});
    if (!job.replay_safe) {
      EXPECT_TRUE(std::holds_alternative<action::commit_intent>(next));
      next = feed(event::intent_committed{});
    }
    EXPECT_TRUE(std::holds_alternative<action::send>(next));
    return next;
  }
  step_action answer(int status, std::string text) {
    body = std::move(text);
    body.reserve(body.size() + 64);
    attempt_fact fact;
    fact.reached = phase::answered;
    fact.status = status;
    fact.headers = headers;
    fact.body = body;
    return feed(event::replied{&fact});
  }
  step_action fault(phase reached, transport_fault what) {
    attempt_fact fact;
    fact.reached = reached;
    fact.fault = what;
    fact.detail = "words";
    return feed(event::replied{&fact});
  }
};

inline const std::string good = R"({"id":"t1","status":"done"})";

inline std::string envelope(std::string_view code) {
  return R"({"error":{"code":")" + std::string(code) + R"(","message":"why","request_id":"req_9"}})";
}

}  // namespace pawl::policy::blind
