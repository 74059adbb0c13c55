#include "tests/fault/audit/comparison.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace pawl::audit {
namespace {

constexpr std::array<const char*, 9> known_outcomes{
    "applied", "unchanged", "skipped", "superseded", "refused", "mismatch", "failed", "unknown", "invalid"};

// What the server did for one row.
struct deeds {
  std::size_t applied = 0, lies = 0;
  std::uint64_t notices = 0;
};

// `2030-01-02T03:04:05Z` and `2030-01-02T03:04:05.000Z` are one instant. The plan writes whole seconds in
// UTC.
std::string instant(const std::string& text) {
  const auto dot = text.find('.');
  if (dot == std::string::npos || !text.ends_with('Z')) return text;
  const auto fraction = text.substr(dot + 1, text.size() - dot - 2);
  return fraction.find_first_not_of('0') == std::string::npos ? text.substr(0, dot) + 'Z' : text;
}

// The fields that a row wants and that no later row of its id has written over.
struct standing_fields {
  bool status = false, title = false, tags = false;
  bool any() const { return status || title || tags; }
};

// What is shown otherwise than the row wants it; empty: nothing.
std::string difference(const planned_row& row, const standing_fields& standing, const thread_truth& truth) {
  const auto text = [](const std::optional<std::string>& t) { return t ? '"' + *t + '"' : "null"; };
  if (standing.status && row.status && truth.status != *row.status)
    return "status is \"" + truth.status + "\", wanted \"" + *row.status + '"';
  if (standing.status && row.snoozed_until &&
      (!truth.snoozed_until || instant(*truth.snoozed_until) != instant(*row.snoozed_until)))
    return "snoozed_until is " + text(truth.snoozed_until) + ", wanted \"" + *row.snoozed_until + '"';
  if (standing.title && row.title && truth.title != row.title)
    return "title is " + text(truth.title) + ", wanted " + text(row.title);
  if (standing.tags && row.tags &&
      std::set(row.tags->begin(), row.tags->end()) != std::set(truth.tags.begin(), truth.tags.end()))
    return "tag_ids are " + std::to_string(truth.tags.size()) + " others than wanted";
  return {};
}

class comparer {
 public:
  comparer(const plan& planned, const ledger_facts& ledger, const server_facts& server,
           const compare_options& options)
      : planned_(planned),
        ledger_(ledger),
        server_(server),
        options_(options),
        deeds_(planned.rows.size() + 1) {}

  comparison run() {
    read_journal();
    find_standing_fields();
    read_ledger();
    for (std::size_t row = 1; row < deeds_.size(); ++row) judge(row);
    return std::move(result_);
  }

 private:
  void accuse(offence kind, std::size_t row, const std::string& what) {
    result_.findings.push_back({kind, row, what});
  }
  const planned_row& wanted(std::size_t row) const { return planned_.rows[row - 1]; }

  void read_journal() {
    const attribution belongs{planned_};
    std::unordered_map<std::string, std::uint64_t> notices;
    for (const auto& write : server_.writes) {
      accepted_[write.id] |= write.accepted;
      notices[write.id] += write.notices;
      const auto row = belongs.row_of(write);
      if (row == 0) {
        if (write.applied) accuse(offence::stray_write, 0, "a write to " + write.id + " belongs to no row");
        continue;
      }
      deeds_[row].applied += write.applied ? 1 : 0;
      deeds_[row].lies += write.lied ? 1 : 0;
      deeds_[row].notices += write.notices;
    }
    for (const auto& [id, thread] : server_.threads) {
      const auto counted = notices.find(id);
      if (thread.notices != (counted == notices.end() ? 0 : counted->second))
        accuse(offence::evidence, 0, "the notices of " + id + " differ between journal and truth");
    }
  }

  // From the last row to the first: what a later row of the same id has written stands over an earlier one.
  void find_standing_fields() {
    standing_.resize(deeds_.size());
    std::unordered_map<std::string, standing_fields> written_over;
    for (std::size_t row = deeds_.size() - 1; row > 0; --row) {
      const auto& wants = wanted(row);
      auto& over = written_over[wants.id];
      standing_[row] = {wants.status.has_value() && !over.status, wants.title.has_value() && !over.title,
                        wants.tags.has_value() && !over.tags};
      if (deeds_[row].applied == 0) continue;
      over.status = over.status || wants.status.has_value();
      over.title = over.title || wants.title.has_value();
      over.tags = over.tags || wants.tags.has_value();
    }
  }

  void read_ledger() {
    outcomes_.resize(deeds_.size());
    if (ledger_.generations != 1)
      accuse(offence::foreign, 0, std::to_string(ledger_.generations) + " generations, one was run");
    for (const auto& entry : ledger_.rows) {
      ++result_.by_outcome[entry.outcome];
      const auto row = entry.row;
      if (row == 0 || row >= deeds_.size()) {
        accuse(offence::foreign, row, "the input has no such row");
      } else if (outcomes_[row] != nullptr) {
        accuse(offence::foreign, row, "two outcomes: " + outcomes_[row]->outcome + " and " + entry.outcome);
      } else {
        if (entry.id != wanted(row).id)
          accuse(offence::foreign, row, "id \"" + entry.id + "\", the input says \"" + wanted(row).id + '"');
        outcomes_[row] = &entry;
      }
    }
  }

  void judge(std::size_t row) {
    const auto& did = deeds_[row];
    const auto& wants = wanted(row);
    if (did.notices > 1)
      accuse(offence::notified_twice, row, std::to_string(did.notices) + " notices for one row");
    if (!wants.notifies && did.notices > 0)
      accuse(offence::lie, row, "a notice that the row did not ask for");
    if (did.applied > 1) ++result_.applied_again;
    if (outcomes_[row] == nullptr) {
      ++result_.pending;
      if (ledger_.finished) accuse(offence::lost, row, "no outcome (id " + wants.id + ')');
      return;
    }
    judge_outcome(row, outcomes_[row]->outcome);
  }

  void judge_outcome(std::size_t row, const std::string& outcome) {
    if (const auto why = disproof(row, outcome); !why.empty())
      accuse(offence::lie, row, outcome + " (id " + wanted(row).id + "): " + why);
  }

  // Why the outcome cannot be true; empty: nothing speaks against it.
  std::string disproof(std::size_t row, const std::string& outcome) {
    const auto& did = deeds_[row];
    const auto is = [&](std::initializer_list<const char*> any) {
      return std::find(any.begin(), any.end(), outcome) != any.end();
    };
    if (std::find(known_outcomes.begin(), known_outcomes.end(), outcome) == known_outcomes.end())
      return "there is no such outcome";
    if (wanted(row).valid == (outcome == "invalid"))
      return wanted(row).valid ? "the row is valid" : "the row is invalid";
    if (is({"refused", "failed", "skipped", "invalid", "unchanged"}) && did.applied > 0)
      return "the server applied a write of this row";
    if (is({"applied", "unchanged"})) {
      if (auto what = not_shown(row); !what.empty()) return what;
    }
    if (outcome == "applied" && did.applied == 0) {
      if (did.lies == 0) return "the server applied no write of this row";
      ++result_.accepted_by_a_lie;
    }
    if (is({"refused", "failed"})) {
      if (auto what = only_strangers(wanted(row).id, outcome); !what.empty()) return what;
    }
    if (outcome == "mismatch") {
      const auto found = accepted_.find(wanted(row).id);
      if (found == accepted_.end() || !found->second) return "no write of this row was accepted";
    }
    if (outcome == "mismatch" && did.applied > 0 && standing_[row].any() && not_shown(row).empty()) {
      ++result_.mismatch_in_error;
      if (options_.mismatch_is_proven) return "the thread shows the wanted values";
    }
    return {};
  }

  // Where the API has the thread, never said no, and (of a row that failed) never failed either: who did.
  // Empty: it is not so.
  std::string only_strangers(const std::string& id, const std::string& outcome) const {
    const auto seen = server_.replies.find(id);
    if (seen == server_.replies.end() || seen->second.refused > 0 || seen->second.foreign == 0) return {};
    if (outcome == "failed" && seen->second.faulty > 0) return {};
    if (!server_.threads.contains(id)) return {};
    std::string who;
    for (const auto& name : seen->second.strangers) who += (who.empty() ? "" : ", ") + name;
    return "the API is not to blame, only strangers answered for it, " +
           std::to_string(seen->second.foreign) + " times (" + who + ')';
  }

  std::string not_shown(std::size_t row) const {
    const auto thread = server_.threads.find(wanted(row).id);
    if (thread == server_.threads.end()) return "the server has no such thread";
    return difference(wanted(row), standing_[row], thread->second);
  }

  const plan& planned_;
  const ledger_facts& ledger_;
  const server_facts& server_;
  const compare_options& options_;
  std::vector<deeds> deeds_;                        // by row
  std::unordered_map<std::string, bool> accepted_;  // by id: a write of it was
  std::vector<standing_fields> standing_;           // by row
  std::vector<const ledger_row*> outcomes_;         // by row; null: pending
  comparison result_;
};

}  // namespace

const char* to_text(offence kind) {
  switch (kind) {
    case offence::lost:
      return "lost";
    case offence::foreign:
      return "foreign";
    case offence::lie:
      return "lie";
    case offence::stray_write:
      return "stray write";
    case offence::notified_twice:
      return "notified twice";
    case offence::evidence:
      break;
  }
  return "evidence";
}

std::size_t comparison::count(offence kind) const {
  return static_cast<std::size_t>(
      std::count_if(findings.begin(), findings.end(), [&](const finding& f) { return f.kind == kind; }));
}

attribution::attribution(const plan& planned) : planned_(planned) {
  for (std::size_t i = 0; i < planned.rows.size(); ++i) {
    const auto [at, first] = only_row_of_.emplace(planned.rows[i].id, i + 1);
    if (!first) at->second = 0;
  }
}

std::size_t attribution::row_of(const seen_write& write) const {
  if (write.title) {
    const auto row = row_in_title(*write.title);
    if (row && *row <= planned_.rows.size() && planned_.rows[*row - 1].id == write.id) return *row;
    return 0;
  }
  const auto only = only_row_of_.find(write.id);
  return only == only_row_of_.end() ? 0 : only->second;
}

comparison compare(const plan& planned, const ledger_facts& ledger, const server_facts& server,
                   const compare_options& options) {
  return comparer{planned, ledger, server, options}.run();
}

}  // namespace pawl::audit
