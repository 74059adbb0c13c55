#include "engine/policy/write_doubt.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace pawl::policy {
namespace {

using proof = api::second_look::proof;
using step = std::function<void(write_doubt&)>;

api::second_look look(proof proven, bool shows_old = false,
                      api::readability is = api::readability::readable) {
  api::second_look made;
  made.is = is;
  made.proven = proven;
  made.shows_old = shows_old;
  return made;
}

const step cut_off = [](write_doubt& d) { d.lost(arrival::over); };
const step timed_out = [](write_doubt& d) { d.lost(arrival::possible); };
const step accepted = [](write_doubt& d) { d.accepted(); };
const step another_answered = [](write_doubt& d) { d.answered_by_another(); };
const step waited = [](write_doubt& d) { d.waited_out(); };
const step untouched = [](write_doubt& d) { d.untouched(); };
const step cleared = [](write_doubt& d) { d.another_wrote_nothing(); };
const step left_unseen = [](write_doubt& d) { d.left_unseen(); };
const step left_untold = [](write_doubt& d) { d.left_untold(); };
const step replanned_undecided = [](write_doubt& d) { d.replanned(look(proof::none)); };
const step replanned_old = [](write_doubt& d) { d.replanned(look(proof::none, true)); };
const step replanned_not_applied = [](write_doubt& d) { d.replanned(look(proof::not_applied, true)); };
const step replanned_unreadable = [](write_doubt& d) {
  d.replanned(look(proof::none, false, api::readability::unreadable));
};

const step guard_failed = [](write_doubt& d) { d.guard_failed(); };

TEST(WriteDoubt, IsWhatItsEventsLeave) {
  struct {
    const char* what;
    bool left;
    std::vector<step> events;
    bool may_be_applied, beyond_proof, another, late;
  } const rows[] = {
      {"a new job", false, {}, false, false, false, false},
      {"an earlier run left an intent", true, {}, true, false, false, false},

      {"cut off", false, {cut_off}, true, false, false, false},
      {"accepted and not shown", false, {accepted}, true, false, false, false},
      {"a read shows nothing of it", false, {cut_off, untouched}, false, false, false, false},

      {"timed out", false, {timed_out}, true, false, false, true},
      {"and waited for", false, {timed_out, waited}, true, false, false, false},
      {"and shown untouched then", false, {timed_out, waited, untouched}, false, false, false, false},
      {"the next one times out too",
       false,
       {timed_out, waited, untouched, timed_out},
       true,
       false,
       false,
       true},
      {"the next one is cut off", false, {timed_out, waited, untouched, cut_off}, true, false, false, false},
      {"a cut does not end the waiting", false, {timed_out, cut_off}, true, false, false, true},

      {"a guard failed after it: it has arrived or never will",
       false,
       {timed_out, guard_failed},
       true,
       false,
       false,
       false},
      {"and was not applied",
       false,
       {timed_out, guard_failed, replanned_not_applied},
       false,
       false,
       false,
       false},
      {"a guard failed, and nothing else", false, {guard_failed}, false, false, false, false},
      {"a new plan, and no proof", false, {cut_off, replanned_undecided}, true, true, false, false},
      {"no later read can tell of it",
       false,
       {cut_off, replanned_undecided, untouched},
       true,
       true,
       false,
       false},
      {"nor after another attempt",
       false,
       {cut_off, replanned_undecided, cut_off, replanned_not_applied},
       true,
       true,
       false,
       false},
      {"a new plan, and a proof", false, {cut_off, replanned_not_applied}, false, false, false, false},
      {"a proof too early", false, {timed_out, replanned_not_applied}, true, true, false, true},
      {"a proof in time", false, {timed_out, waited, replanned_not_applied}, false, false, false, false},
      {"nothing was read", false, {cut_off, replanned_unreadable}, true, false, false, false},

      {"somebody else answered", false, {another_answered}, false, false, true, false},
      {"and a read clears it", false, {another_answered, cleared}, false, false, false, false},
      {"old values clear it", false, {another_answered, replanned_not_applied}, false, false, false, false},
      {"old values clear it, not the plan",
       false,
       {another_answered, replanned_old},
       false,
       true,
       false,
       false},
      {"other values do not", false, {another_answered, replanned_undecided}, false, true, true, false},
      {"one's own doubt stays", false, {cut_off, another_answered, cleared}, true, false, false, false},

      {"left and not there", true, {left_unseen}, false, false, false, false},
      {"left and perhaps there", true, {left_untold}, true, true, false, false},
      {"and sent again", true, {left_untold, cut_off, untouched}, true, true, false, false},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.what);
    write_doubt d;
    d.begin(row.left);
    for (const auto& happens : row.events) happens(d);
    EXPECT_EQ(d.may_be_applied(), row.may_be_applied);
    EXPECT_EQ(d.is_beyond_proof(), row.beyond_proof);
    EXPECT_EQ(d.another_may_have_written(), row.another);
    EXPECT_EQ(d.is_late(), row.late);
    EXPECT_EQ(d.any(), row.may_be_applied || row.another);
  }
}

TEST(WriteDoubt, WhatAnEarlierRunLeftMayArriveOnceItWasNotThere) {
  write_doubt d;
  d.begin(true);
  EXPECT_FALSE(d.left_may_arrive()) << "nobody has looked";
  EXPECT_FALSE(d.has_waited());
  d.waited_out();
  EXPECT_TRUE(d.has_waited());
  d.left_unseen();
  EXPECT_TRUE(d.left_may_arrive());
  d.lost(arrival::over);
  EXPECT_FALSE(d.has_waited());
  EXPECT_TRUE(d.left_may_arrive()) << "whatever is sent since";
  d.begin(false);
  EXPECT_FALSE(d.left_may_arrive());
}

TEST(WriteDoubt, ATimeOutMayStillArrive) {
  struct {
    transport_fault fault;
    int status;
    bool replay_safe;
    arrival how;
  } const rows[] = {{transport_fault::timeout, 0, true, arrival::possible},
                    {transport_fault::none, 408, true, arrival::possible},
                    {transport_fault::none, 504, true, arrival::possible},
                    {transport_fault::none, 503, true, arrival::over},
                    {transport_fault::none, 500, true, arrival::over},
                    {transport_fault::reset, 0, true, arrival::over},
                    {transport_fault::reset, 0, false, arrival::possible},
                    {transport_fault::none, 500, false, arrival::possible}};
  for (const auto& row : rows) {
    attempt_fact fact;
    fact.fault = row.fault;
    fact.status = row.status;
    EXPECT_EQ(arrival_of(fact, row.replay_safe), row.how) << row.status << row.replay_safe;
  }
}

}  // namespace
}  // namespace pawl::policy
