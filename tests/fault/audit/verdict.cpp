#include "tests/fault/audit/verdict.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace pawl::audit {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

std::string grouped(std::uint64_t number) {
  auto text = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
    text.insert(static_cast<std::size_t>(at), ",");
  return text;
}

std::string in_seconds(microseconds time) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f s", static_cast<double>(time.count()) / 1e6);
  return text.data();
}

std::size_t outcomes(const comparison& compared, std::initializer_list<const char*> names) {
  std::size_t sum = 0;
  for (const char* name : names)
    if (const auto found = compared.by_outcome.find(name); found != compared.by_outcome.end())
      sum += found->second;
  return sum;
}

// The summary, the exit code and the ledger say the same.
void check_book_keeping(const campaign_result& campaign, verdict& v) {
  for (const char* name : {"applied", "unchanged", "skipped", "superseded", "refused", "mismatch", "failed",
                           "unknown", "invalid"}) {
    const auto found = campaign.summary.find(name);
    const auto said = found == campaign.summary.end() ? 0 : found->second;
    if (const auto counted = outcomes(v.compared, {name}); counted != said)
      v.complaints.push_back("the summary says " + std::to_string(said) + ' ' + name + ", the ledger " +
                             std::to_string(counted));
  }
  const auto good = outcomes(v.compared, {"applied", "unchanged", "skipped", "superseded"});
  const int deserved = good == campaign.planned.rows.size() ? 0 : 1;
  if (campaign.exit_code != deserved)
    v.complaints.push_back("the exit code is " + std::to_string(campaign.exit_code) +
                           ", the outcomes deserve " + std::to_string(deserved));
  if (!campaign.ledger.finished) v.complaints.push_back("the run ended and its generation is not finished");
}

void check_outage(const campaign_result& campaign, const verdict_options& options, verdict& v) {
  if (const auto good = outcomes(v.compared, {"applied", "unchanged"}); good != campaign.planned.rows.size())
    v.complaints.push_back("an outage made " + std::to_string(campaign.planned.rows.size() - good) +
                           " rows end otherwise than applied");
  const auto& writes = campaign.server.writes;
  const auto first = std::find_if(writes.begin(), writes.end(), [&](const seen_write& w) {
    return w.applied && w.at >= campaign.server_back_at;
  });
  if (first == writes.begin() || first == writes.end()) {
    v.complaints.emplace_back("the outage did not fall into the middle of the run: take more rows");
    return;
  }
  if (const microseconds waited{first->at - campaign.server_back_at}; waited > options.takes_up_within)
    v.complaints.push_back("the run went on " + in_seconds(waited) +
                           " after the return of the server, at most " + in_seconds(options.takes_up_within) +
                           " is right");
  if (campaign.runs != 1) v.complaints.emplace_back("the run did not go on by itself");
}

void check_poisoned(const campaign_result& campaign, const verdict_options& options, verdict& v) {
  const auto poisoned = campaign.planned.rows.size() / 2 + 1;
  const attribution belongs{campaign.planned};
  for (const auto& entry : campaign.ledger.rows) {
    const bool right = entry.row == poisoned ? entry.outcome == "failed" || entry.outcome == "unknown"
                                             : entry.outcome == "applied" || entry.outcome == "unchanged";
    if (!right) v.complaints.push_back("row " + std::to_string(entry.row) + " ended " + entry.outcome);
  }
  std::int64_t last = 0;
  microseconds longest{0};
  std::size_t tries = 0;
  for (const auto& write : campaign.server.writes) {
    if (belongs.row_of(write) == poisoned) {
      ++tries;
      continue;
    }
    if (last != 0) longest = std::max(longest, microseconds{write.at - last});
    last = write.at;
  }
  if (tries == 0) v.complaints.emplace_back("the poisoned row was never sent");
  if (longest > options.longest_pause)
    v.complaints.push_back("the other rows stood still for " + in_seconds(longest) + ", at most " +
                           in_seconds(options.longest_pause) + " is right");
}

}  // namespace

verdict judge(const campaign_options& wanted, const campaign_result& campaign,
              const verdict_options& options) {
  verdict v;
  v.compared = compare(campaign.planned, campaign.ledger, campaign.server, options.comparing);
  check_book_keeping(campaign, v);
  if (campaign.kills < wanted.kills)
    v.complaints.push_back("only " + std::to_string(campaign.kills) + " of " + std::to_string(wanted.kills) +
                           " kills found a run to kill: take more rows");
  // Each of them may be one invocation's last reply, and no more than one's.
  if (campaign.stops > campaign.server.stopping)
    v.complaints.push_back("a run ended " + std::to_string(campaign.stops) + " times for a person to act, " +
                           std::to_string(campaign.server.stopping) +
                           " replies asked for one: " + campaign.stopped_by);
  if (wanted.outage.count() > 0) check_outage(campaign, options, v);
  if (wanted.poisoned) check_poisoned(campaign, options, v);
  return v;
}

std::string to_table(const campaign_options& wanted, const campaign_result& campaign, const verdict& v) {
  std::string out;
  const auto line = [&](const std::string& name, const std::string& value, const std::string& note = {}) {
    std::array<char, 160> text{};
    std::snprintf(text.data(), text.size(), "%-22s %12s", name.c_str(), value.c_str());
    out += text.data() + (note.empty() ? std::string{} : "   " + note) + '\n';
  };
  const auto count = [&](const std::string& name, std::uint64_t value, const std::string& note = {}) {
    line(name, grouped(value), note);
  };
  const auto& compared = v.compared;
  count("rows", campaign.planned.rows.size(),
        wanted.notifying > 0 ? grouped(wanted.notifying) + " of them notify" : std::string{});
  for (const auto& [outcome, rows] : compared.by_outcome) count("  " + outcome, rows);
  if (compared.pending > 0) count("  pending", compared.pending);
  count("attempts", campaign.totals.writes,
        "writes that reached the server; " + grouped(campaign.totals.reads) + " reads");
  count("  applied", campaign.totals.applied,
        grouped(compared.applied_again) + " rows more than once, all replay-safe");
  const auto requests = std::max<std::uint64_t>(1, campaign.totals.writes + campaign.totals.reads);
  std::array<char, 48> share{};
  std::snprintf(share.data(), share.size(), "%.1f %% of the requests",
                100.0 * static_cast<double>(campaign.totals.faults()) / static_cast<double>(requests));
  count("faults injected", campaign.totals.faults(), share.data());
  for (const auto& [kind, times] : campaign.totals.injected) count("  " + kind, times);
  count("kills", campaign.kills, std::to_string(campaign.runs) + " runs");
  if (campaign.stops > 0) count("stops", campaign.stops, "for a person to act, because of strangers");
  count("lies", compared.count(offence::lie) + compared.count(offence::foreign) +
                    compared.count(offence::stray_write) + compared.count(offence::evidence));
  count("lost rows", compared.count(offence::lost));
  count("notified twice", compared.count(offence::notified_twice));
  count("unknown", outcomes(compared, {"unknown"}));
  if (compared.accepted_by_a_lie > 0)
    count("accepted by a lie", compared.accepted_by_a_lie, "the values were there already");
  if (compared.mismatch_in_error > 0)
    count("mismatch in error", compared.mismatch_in_error, "the values are there");
  line("time", in_seconds(campaign.elapsed));

  constexpr std::size_t shown = 20;
  for (const auto& complaint : v.complaints) out += "WRONG: " + complaint + '\n';
  for (std::size_t i = 0; i < std::min(shown, compared.findings.size()); ++i) {
    const auto& found = compared.findings[i];
    out += std::string{"WRONG: "} + to_text(found.kind) + ": " +
           (found.row == 0 ? std::string{} : "row " + std::to_string(found.row) + ": ") + found.what + '\n';
  }
  if (compared.findings.size() > shown)
    out += "... and " + grouped(compared.findings.size() - shown) + " more\n";
  return out;
}

}  // namespace pawl::audit
