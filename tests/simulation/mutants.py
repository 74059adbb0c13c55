#!/usr/bin/env python3
"""Plants small bugs in the engine, one at a time, and looks how soon the simulation finds each.

  tests/simulation/mutants.py [--seconds 600] [--build DIR] [--play NAME] [NAME...]
  tests/simulation/mutants.py --check         only looks whether the text of each stands in the source, once

Works on a copy of the tree, in DIR (default build/mutants). Prints a line for each mutant: the seed that found it and the
seconds that it took, or `not found`; the exit code tells whether all were found. A mutant whose text is not in the
source any more is an error: the list has to go with the code.
"""
import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import time

# Name, file, what stands there once, what takes its place.
MUTANTS = [
    # -- doubt: what a write may have done
    ("a-lost-reply-leaves-no-doubt", "engine/policy/write_doubt.cpp",
     "  may_be_applied_ = true;\n  // One", "  // One"),
    ("nobody-waits-for-a-late-write", "engine/policy/write_doubt.cpp",
     "return timed_out || !replay_safe ? arrival::possible : arrival::over;", "return arrival::over;"),
    ("a-408-was-never-served", "engine/policy/retry_policy.cpp",
     "    case 408:\n      return judged(verdict::maybe, status);",
     "    case 408:\n      return judged(verdict::retry, status);"),
    ("a-503-with-retry-after-is-believed", "engine/policy/retry_policy.cpp",
     "judged(replay_safe && asks_for_a_pause(profile, fact) ?", "judged(asks_for_a_pause(profile, fact) ?"),
    ("a-409-needs-no-signature", "engine/policy/job_step_replies.cpp",
     "  if (!last_.vouched) doubt_.lost(arrival::over);\n", ""),
    ("a-refusal-speaks-of-all-attempts", "engine/policy/job_step_replies.cpp",
     "if (can_read() && (status == 409 || doubt_.may_be_applied() || doubt_.left_may_arrive())) {",
     "if (can_read() && status == 409) {"),
    ("a-refused-row-is-refused", "engine/policy/job_step_reads.cpp",
     "  if (doubt_.may_be_applied()) {\n    if (look.proven == proof::applied)", "  if (false) {\n    if (look.proven == proof::applied)"),
    ("no-read-no-doubt", "engine/policy/job_step_reads.cpp",
     "return finish(doubt_.may_be_applied() ? outcome::unknown : outcome::refused, verified::none,\n                    kept_.view());",
     "return finish(outcome::refused, verified::none, kept_.view());"),
    ("what-nobody-can-tell-is-sent-again", "engine/policy/job_step_reads.cpp",
     "  if (job_.replay_safe && !charges_.are_used_up(request_kind::write)) return queue(lease_lead);",
     "  if (!charges_.are_used_up(request_kind::write)) return queue(lease_lead);"),
    ("untouched-is-untouched-for-ever", "engine/policy/job_step_reads.cpp",
     "  if (doubt_.is_late()) return wait_out(s.now + options_.longest_lateness);\n  doubt_.untouched();",
     "  doubt_.untouched();"),
    ("attempts-used-up-means-failed", "engine/policy/job_step_replies.cpp",
     "  return finish(exhausted(doubt_.may_be_applied()), verified::none, kept_.view());\n}\n\n}  // namespace",
     "  return finish(exhausted(false), verified::none, kept_.view());\n}\n\n}  // namespace"),
    ("a-plan-that-sees-its-own-write", "engine/policy/job_step_reads.cpp",
     "    if (!doubt_.any()) return finish(needless->result", "    if (true) return finish(needless->result"),
    ("doubt-ends-with-a-new-plan", "engine/policy/write_doubt.cpp",
     "  else if (look.is == api::readability::readable)\n    earlier_ = true;",
     "  else if (look.is == api::readability::readable)\n    may_be_applied_ = earlier_ = false;"),
    ("an-echo-is-not-compared", "engine/policy/job_step_replies.cpp",
     "  switch (echo.is) {\n    case shown_as::as_wanted:", "  switch (shown_as::as_wanted) {\n    case shown_as::as_wanted:"),
    ("a-mismatch-is-not-read-back", "engine/policy/job_step_replies.cpp",
     "if (!can_read()) return finish(outcome::mismatch, verified::none, note, echo.field);",
     "return finish(outcome::mismatch, verified::none, note, echo.field);"),
    # -- strangers
    ("a-stranger-is-believed-at-once", "engine/policy/retry_policy.hpp",
     "foreign_replies_that_count = 3;", "foreign_replies_that_count = 1;"),
    ("a-stranger-who-said-yes-did-nothing", "engine/policy/job_step_reads.cpp",
     "  const bool in_doubt = accepted || doubt_.may_be_applied() || look.shows_other;",
     "  const bool in_doubt = false;"),
    ("a-stranger-passes-nothing-on", "engine/policy/job_step_waits.cpp",
     "doubt_.answered_by_another();", ";"),
    ("a-strangers-refusal-ends-the-row", "engine/policy/job_step_reads.cpp",
     "      return finish(outcome::unknown, verified::none, said.note.view());\n    case purpose::foreign_verdict:",
     "      [[fallthrough]];\n    case purpose::foreign_verdict:"),
    ("an-envelope-is-not-asked-for", "engine/policy/retry_policy.cpp",
     "  if (j.is == verdict::refused && !vouched) return from_a_stranger(j);\n", ""),
    # -- intents and resume
    ("no-intent-before-a-write", "engine/policy/job_step.cpp",
     "return needs_intent && !is_covered ? commit() : send();", "return send();"),
    ("an-intent-counts-before-it-is-on-the-disk", "engine/ledger/ledger_writer.cpp",
     "  impl_->hand_over();\n  return wait_for_disk(impl_, impl_->taken);\n",
     "  impl_->hand_over();\n  return wait_for_disk(impl_, 0);\n"),
    ("a-missing-sync", "engine/ledger/ledger.cpp", "PRAGMA synchronous = FULL", "PRAGMA synchronous = OFF"),
    ("a-run-ends-before-its-rows-are-on-the-disk", "engine/ledger/ledger_writer.cpp",
     "  return wait_for_disk(impl_, impl_->taken + (impl_->health ? 0 : 1));", "  return wait_for_disk(impl_, 0);"),
    ("an-intent-in-doubt-is-withdrawn", "engine/policy/job_step.cpp",
     "return action::leave_pending{has_intent && !doubt_.any()};", "return action::leave_pending{has_intent};"),
    ("an-intent-in-doubt-is-replaced", "engine/policy/disk_intent.hpp",
     "if (is_on_disk_) replaces_ = !may_be_applied;", "if (is_on_disk_) replaces_ = true;"),
    ("a-new-plan-replaces-a-doubtful-intent", "engine/policy/disk_intent.hpp",
     "replaces_ = (replaces_ || is_on_disk_) && !in_doubt;", "replaces_ = (replaces_ || is_on_disk_);"),
    ("one-intent-covers-two-notices", "engine/policy/disk_intent.hpp",
     "return is_on_disk_ && (replay_safe || sent == sent_before_);", "return is_on_disk_;"),
    ("what-an-earlier-run-left-is-not-in-doubt", "engine/policy/job_step.cpp",
     "doubt_.begin(left.has_value());", "doubt_.begin(false);"),
    ("what-an-earlier-run-left-is-forgotten", "engine/run/run_context.cpp",
     "  if (!interrupted.empty())\n", "  if (false)\n"),
    ("nobody-waits-for-what-was-left", "engine/policy/job_step_reads.cpp",
     "if (!job_.replay_safe && over > s.now && !doubt_.has_waited()) return wait_out(over);", ""),
    ("what-was-left-and-cannot-be-told-is-sent-again", "engine/policy/job_step_reads.cpp",
     "  if (look.proven == proof::none && !job_.replay_safe)\n    return finish(outcome::unknown, verified::none, interrupted_note);\n", ""),
    ("what-was-left-and-never-seen-may-not-arrive", "engine/policy/write_doubt.cpp",
     "  left_may_arrive_ = true;\n", ""),
    ("a-clock-that-jumped-ages-an-intent", "engine/run/left_intents.cpp",
     "began - proven_age(intent.sent, began_in_boot)", "began - std::chrono::hours{1}"),
    ("a-block-is-done-a-row-too-early", "engine/ledger/group_commit.cpp",
     "  if (counts.total() != rows_in(block, rows_)) return {};", "  if (counts.total() + 1 != rows_in(block, rows_)) return {};"),
    # -- seals
    ("what-is-taken-away-stays-in-the-checksum", "engine/ledger/sealer.cpp", "    changes_[old.key] -= old.sum;\n", ""),
    ("a-rolled-back-change-stays-in-the-checksum", "engine/ledger/sealer.cpp",
     "void sealer::on_rollback() noexcept {\n  changes_.clear();", "void sealer::on_rollback() noexcept {"),
    # -- order of rows
    ("two-rows-of-an-id-at-once", "engine/run/dispatcher.cpp",
     "if (under_way_.count(hash) == 0 && (", "if ((true) && ("),
    ("a-row-overtakes-a-parked-one", "engine/run/dispatcher.cpp",
     "(parked_count_ == 0 || !waiting_.contains(hash))", "(true)"),
    # -- limits
    ("a-slot-more-than-the-limit", "engine/policy/quota_window.hpp",
     "return own <= usable_ && own", "return own <= usable_ + 1 && own"),
    ("a-slot-is-freed-early", "engine/policy/quota_window.hpp",
     "queue_.front().at + held_for <= now", "queue_.front().at + held_for - std::chrono::milliseconds{200} <= now"),
    ("a-slot-closes-when-its-request-leaves", "engine/policy/quota_window.hpp",
     "    in_flight_ -= cost;\n    close(at, cost);", "    in_flight_ -= cost;\n    close(at - std::chrono::milliseconds{150}, cost);"),
    ("a-crash-frees-what-was-in-the-air", "engine/policy/pacer.cpp", "    e = slot_entry::on_its_way(now_there);", "    e = {};"),
    ("a-slot-is-noted-after-its-request", "engine/policy/pacer.cpp",
     "    kept_.entries[g.entry] = {in_entry_clock(now), 0};\n  }\n  own_.take", "  }\n  own_.take"),
    # -- undo
    ("a-doubtful-list-goes-back-as-if-applied", "engine/plan/undo.cpp",
     "list_of(was_there, &element::is_there_before_doubt);", "list_of(was_there, &element::is_there);"),
    ("a-partner-is-expected-as-it-was", "engine/plan/undo.cpp", "        known->is_left_known = false;\n", ""),
    # -- requests for several rows
    ("a-row-that-a-batch-left-out-was-applied", "engine/policy/job_step_replies.cpp",
     "    case api::verdict::maybe:\n      return after_maybe(",
     "    case api::verdict::maybe:\n      if (fact.part == reply_part::missing) return finish(outcome::applied, verified::none, note);\n"
     "      return after_maybe("),
    ("a-row-that-a-batch-left-out-is-refused", "engine/run/batch_exchange.cpp",
     "one.part = reply_part::missing;", "one.part = reply_part::error;"),
    ("a-lost-batch-was-refused", "engine/run/batch_exchange.cpp",
     "return fact.reached == phase::answered && says_no && !whole.foreign && whole.vouched;",
     "return fact.reached != phase::answered || (says_no && !whole.foreign && whole.vouched);"),
    ("a-failed-batch-was-refused", "engine/run/batch_exchange.cpp",
     "whole.is == api::verdict::refused || whole.is ==", "whole.is == api::verdict::refused || fact.status >= 500 || whole.is =="),
    ("two-rows-are-refused-for-one", "engine/run/batch_exchange.cpp",
     "  if (is_refusal(fact_, whole)) {\n    split_chosen();", "  if (chosen_.size() > 2 && is_refusal(fact_, whole)) {\n    split_chosen();"),
    ("a-half-goes-without-its-last-row", "engine/run/batch_exchange.cpp",
     "    for (const auto i : chosen_) co_await tell(i, refused);",
     "    for (const auto i : chosen_) {\n      if (i != chosen_.back() || chosen_.size() < 4) co_await tell(i, refused);\n"
     "      else co_await tell(i, event::cancelled{});\n    }"),
    ("a-batch-has-the-intent-of-its-first-row", "engine/run/batch_worker.cpp",
     "  const auto committed = co_await", "  intents.resize(1);\n  const auto committed = co_await"),
    ("a-batch-does-not-wait-for-its-intents", "engine/run/batch_worker.cpp",
     "co_await shared_.ledger.commit(intents);", "(shared_.ledger.commit(intents), status{});"),
    ("an-item-is-that-of-the-row-at-its-place", "engine/api/batch_reply.cpp",
     "  for_each_in(at_[resources_path], [&](std::string_view item) {\n    if (const auto id = ids_.read(item)) take(*id, said::item, item, into);",
     "  for_each_in(at_[resources_path], [&, n = std::size_t{0}](std::string_view item) mutable {\n"
     "    if (n < into.size()) into[n++] = {said::item, item};"),
    ("an-error-of-a-batch-is-that-of-all", "engine/api/batch_reply.cpp",
     "  if (!error_id_.locate(error_parser_, error, only_path)) return;",
     "  for (auto& one : into) one = {said::error, error};\n  if (into.size() < 1000) return;\n"
     "  if (!error_id_.locate(error_parser_, error, only_path)) return;"),
    ("what-must-not-be-sent-twice-goes-with-others", "engine/run/batch_rows.cpp",
     "  return job.replay_safe;", "  return job.replay_safe || true;"),
    ("a-batch-takes-no-slot", "engine/run/batch_worker.cpp",
     "} else if (!shared_.line.try_grant(write_place(), now_)) {", "} else if (false) {"),
]


def run(command, **more):
    return subprocess.run(command, check=True, **more)


def main():
    here = pathlib.Path(__file__).resolve().parents[2]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=600, help="of simulation for each mutant")
    parser.add_argument("--build", type=pathlib.Path, default=here / "build" / "mutants")
    parser.add_argument("--play", help="of pawl-sim; default: the seeds choose")
    parser.add_argument("names", nargs="*", help="of mutants; default: all")
    parser.add_argument("--check", action="store_true", help="build nothing")
    options = parser.parse_args()
    if options.check:
        stale = [f"{name}: the text stands {n} times in {file}" for name, file, old, _ in MUTANTS
                 if (n := (here / file).read_text().count(old)) != 1]
        sys.exit("\n".join(stale) or 0)
    wrong = set(options.names) - {m[0] for m in MUTANTS}
    if wrong:
        sys.exit("there is no mutant " + ", ".join(sorted(wrong)))
    tree = options.build / "tree"
    tree.mkdir(parents=True, exist_ok=True)
    files = subprocess.run(["git", "ls-files", "-z"], cwd=here, check=True, capture_output=True).stdout.decode()
    for name in filter(None, files.split("\0")):
        source, copy = here / name, tree / name
        if source.is_file() and (not copy.is_file() or copy.read_bytes() != source.read_bytes()):
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, copy)
    out = options.build / "objects"
    run(["cmake", "-G", "Ninja", "-S", tree, "-B", out, "-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_CXX_FLAGS_RELEASE=-O1",
         "-DCMAKE_UNITY_BUILD=OFF"], stdout=subprocess.DEVNULL)
    build = ["cmake", "--build", out, "--parallel", "2", "--target", "pawl-sim"]
    run(build, stdout=subprocess.DEVNULL)
    missed = 0
    for name, file, old, new in MUTANTS:
        if options.names and name not in options.names:
            continue
        path = tree / file
        text = path.read_text()
        if text.count(old) != 1:
            sys.exit(f"{name}: the text stands {text.count(old)} times in {file}")
        path.write_text(text.replace(old, new))
        try:
            run(build, stdout=subprocess.DEVNULL)
            begun = time.monotonic()
            done = subprocess.run([out / "bin" / "pawl-sim", "--seed", "1", "--count", "1000000000", "--rows", "100",
                                   "--crash-each", "25", "--seconds", str(options.seconds), "--until-found"]
                                  + (["--play", options.play] if options.play else []),
                                  capture_output=True, text=True)
            took = time.monotonic() - begun
            found = re.search(r"^seed (\d+): (?!.* lives, )(.*)$", done.stdout, re.M)
            if done.returncode == 0 or (found is None and done.returncode == 1):
                print(f"{name}: not found in {took:.0f} s", flush=True)
                missed += 1
            elif found is None:
                print(f"{name}: it ended by signal {-done.returncode} after {took:.1f} s", flush=True)
            else:
                print(f"{name}: seed {found[1]} after {took:.1f} s: {found[2]}", flush=True)
        finally:
            path.write_text(text)
    sys.exit(1 if missed else 0)


main()
