// HubSpot's objects, of which one request reads or writes several.
#include "config/profile_loader.hpp"
#include "tests/fault/audit/evidence.hpp"
#include "tests/sandbox/apis/vendors.hpp"
#include "tests/simulation/lives/play.hpp"
#include "tests/simulation/lives/written_items.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <utility>

namespace pawl::simulation {
namespace {

namespace json = boost::json;

struct object_kind {
  std::string_view profile;
  std::string_view text, made_up_text;  // the field that tells rows apart, and how the sandbox makes it up
  std::string_view choice;
  std::array<std::string_view, 3> options;
  std::string_view notice;  // the field that must not be written twice
};
constexpr std::array<object_kind, 2> kinds{{
    {"hubspot-tickets", "subject", "Ticket ", "hs_ticket_priority", {"LOW", "MEDIUM", "HIGH"}, "content"},
    {"hubspot-contacts",
     "lastname",
     "Number ",
     "lifecyclestage",
     {"subscriber", "opportunity", "other"},
     "phone"},
}};

struct planned_row {
  std::string id;
  values wants;
  std::string expects;                                        // of the text; empty: nothing
  bool is_there = true, is_valid = true, is_readable = true;  // the resource, the values, the row itself
};

struct written {
  sandbox::time_us at;
  std::size_t by;  // the row; 0: somebody by hand
  values what;
};

bool has_all(const values& state, const values& wanted) {
  return std::ranges::all_of(wanted, [&state](const auto& one) {
    const auto is = state.find(one.first);
    return is != state.end() && is->second == one.second;
  });
}

// The text with what stands there for the nth time, from 1, replaced.
std::string replaced(std::string text, std::string_view old, const std::string& by, int nth = 1) {
  std::size_t at = 0;
  for (; nth > 0 && at != std::string::npos; --nth) at = text.find(old, at == 0 ? 0 : at + 1);
  if (at == std::string::npos) throw std::runtime_error("the profile has no " + std::string{old});
  return text.replace(at, old.size(), by);
}

class batch_play final : public play {
 public:
  batch_play(std::uint64_t seed, std::size_t rows)
      : choices_(seed * 0x9e3779b97f4a7c15U + 3), kind_(kinds[choices_.below(kinds.size())]), seed_(seed) {
    constexpr std::array<std::size_t, 5> sizes{2, 5, 10, 25, 100};
    read_size_ = sizes[choices_.below(sizes.size())];
    write_size_ = sizes[choices_.below(sizes.size())];
    for (std::size_t row = 1; row <= rows; ++row) plan_row(row);
  }

  std::string profile() const override { return std::string{kind_.profile}; }
  // The one that pawl carries, with other sizes, and a field that tells people something.
  std::string profile_text() const override {
    auto text = std::string{config::embedded_profile(kind_.profile).value()};
    text = replaced(std::move(text), "size = 100", fmt::format("size = {}", write_size_), 2);
    text = replaced(std::move(text), "size = 100", fmt::format("size = {}", read_size_));
    const auto place = fmt::format("at = \"properties.{}\"", kind_.notice);
    return replaced(std::move(text), place, place + ", replay_safe = false");
  }
  std::string root() const override { return {}; }
  std::vector<std::string> variables() const override { return {"version=v3"}; }
  std::string_view faults() const override { return "fewer=0.03,part=0.03"; }
  std::size_t rows_of_a_request() const override { return write_size_; }
  std::size_t rows() const override { return plan_.size(); }

  std::string csv() const override {
    auto out = fmt::format("id,{},{},{},expect.{}\n", kind_.text, kind_.choice, kind_.notice, kind_.text);
    for (const auto& row : plan_) {
      const auto cell = [&row](std::string_view name) {
        const auto found = row.wants.find(std::string{name});
        return found == row.wants.end() ? std::string{} : found->second;
      };
      out += fmt::format("{},{},{},{},{}\n", row.id, cell(kind_.text), cell(kind_.choice), cell(kind_.notice),
                         row.expects);
    }
    return out;
  }

  std::unique_ptr<sandbox::vendor> make_vendor(sandbox::time_us now) override {
    sandbox::vendor_options how;
    how.seed = seed_;
    how.now = now;
    how.kept_bodies = 1;
    auto vendor = sandbox::make_vendor("hubspot", how);
    for (const auto& row : plan_)
      if (row.is_there && row.is_readable && vendor->add(row.id)) ids_.push_back(row.id);
    vendor->seeded();
    std::string truth;
    vendor->append_truth(truth, false);
    first_ = states_in("{" + truth.substr(1) + "}");
    return vendor;
  }

  void watch(std::string_view request, const std::function<rows_on_disk()>& look,
             std::vector<std::string>& findings) override {
    const auto method = request.substr(0, request.find(' '));
    auto path = request.substr(method.size() + 1);
    path = path.substr(0, path.find(' '));
    const auto items = items_of(method, path, request.substr(request.find("\r\n\r\n") + 4));
    if (items.empty()) return;
    const auto on_disk = look();
    for (const auto& item : items) {
      const auto row = row_of(item);
      const auto accuse = [&](std::string_view what) {
        findings.push_back(fmt::format("row {} (id {}) {}", row, item.id, what));
      };
      if (row == 0) {
        accuse("does not exist, and a write leaves for it");
        continue;
      }
      if (!on_disk.with_intent.contains(row)) accuse("has no intent on the disk, and its write leaves");
      if (on_disk.with_outcome.contains(row)) accuse("has an outcome, and its write leaves");
      if (items.size() > 1 && has_notice(row)) accuse("must not be sent twice, and leaves with others");
      if (items.size() > write_size_) accuse("leaves with more others than the profile allows");
    }
  }

  std::vector<std::string> judge(const evidence& left,
                                 std::map<std::string, std::size_t>& outcomes) override {
    std::vector<std::string> findings;
    read_journal(left.journal, findings);
    now_ = states_in(left.truth);
    for (const auto& [id, state] : now_)
      if (!has_all(states_of(id).back(), state))
        findings.push_back(fmt::format("journal and truth disagree about {}: it is {}, and had to be {}", id,
                                       state, states_of(id).back()));
    const auto ledger = audit::read_ledger(left.ledger);
    if (ledger.rows.size() != plan_.size())
      findings.push_back(fmt::format("{} of {} rows have an outcome", ledger.rows.size(), plan_.size()));
    std::vector<char> seen(plan_.size() + 1, 0);
    for (const auto& row : ledger.rows) {
      ++outcomes[row.outcome];
      const auto accuse = [&](std::string_view what) {
        findings.push_back(fmt::format("row {} (id {}) is {}: {}", row.row, row.id, row.outcome, what));
      };
      if (row.row == 0 || row.row > plan_.size() || row.id != planned(row.row).id || seen[row.row]++ != 0) {
        accuse("there is no such row, or it is there twice");
        continue;
      }
      if (row.outcome == "unknown" || row.outcome == "mismatch") unproven_.insert(row.id);
      const auto why = disproof(row.row, row.outcome);
      if (!why.empty()) accuse(why);
    }
    return findings;
  }

  standing_values shown(const std::string& truth) const override { return states_in(truth); }

  void let_somebody_edit(sandbox::vendor& vendor, sandbox::time_us now, dice& d) override {
    const auto& id = ids_.at(d.below(ids_.size()));
    const auto text = fmt::format("Edit {} of {}", ++edits_, seed_);
    sandbox::vendor::control_reply said;
    const auto body = json::serialize(json::value{{"set", {{kind_.text, text}}}});
    if (!vendor.control("POST", "/resources/" + id, body, now, said) || said.status != 200)
      throw std::runtime_error(said.wrong);
    history_[id].push_back({now, 0, {{std::string{kind_.text}, text}}});
  }

  std::vector<std::string> judge_way_back(const standing_values& before, const standing_values& after,
                                          const std::set<std::string>& lost) const override {
    std::vector<std::string> findings;
    for (const auto& [id, fields] : after)
      for (const auto& [name, is] : fields) {
        if (lost.contains(id + '.' + name)) continue;
        const auto was = before.at(id).find(name);
        const auto may_be = values_to_bring_back(id, name, was == before.at(id).end() ? "" : was->second);
        if (std::ranges::find(may_be, is) == may_be.end())
          findings.push_back(fmt::format("undo, {}: {} is \"{}\" and had to be \"{}\"", id, name, is,
                                         fmt::join(may_be, "\" or \"")));
      }
    return findings;
  }

 private:
  // Of twenty rows about two are as wanted already, two share an id, two tell somebody something, two expect
  // something, one has an id that is not there; of a hundred, two have a value that the API refuses.
  void plan_row(std::size_t number) {
    planned_row row;
    row.id = std::to_string(number + 1000);
    row.wants[std::string{kind_.text}] = fmt::format("Row {} of {}", number, seed_);
    const auto set_choice = [&](std::string_view to) { row.wants[std::string{kind_.choice}] = to; };
    if (choices_.chance(0.5)) set_choice(kind_.options[choices_.below(kind_.options.size())]);
    const auto other = choices_.below(number);  // an earlier one, or none
    const auto dice = choices_.unit();
    if (dice < 0.1) {
      row.wants = {{std::string{kind_.text}, made_up_text(row.id)}};
    } else if (dice < 0.2 && other > 0 && planned(other).is_there && planned(other).is_readable) {
      row.id = planned(other).id;
    } else if (dice < 0.3) {
      row.wants[std::string{kind_.notice}] = fmt::format("Notice {}", number);
    } else if (dice < 0.4) {
      row.expects = choices_.chance(0.5) ? made_up_text(row.id) : "something else";
    } else if (dice < 0.45) {
      row.id = std::to_string(900'000 + number);
      row.is_there = false;
    } else if (dice < 0.47) {
      set_choice("NONSENSE");
      row.is_valid = false;
    } else if (dice < 0.48) {
      row.id = fmt::format("no-number-{}", number);
      row.is_readable = false;
    }
    rows_of_[row.id].push_back(number);
    plan_.push_back(std::move(row));
  }

  std::string made_up_text(const std::string& id) const { return std::string{kind_.made_up_text} + id; }
  const planned_row& planned(std::size_t row) const { return plan_.at(row - 1); }
  bool has_notice(std::size_t row) const { return planned(row).wants.contains(std::string{kind_.notice}); }

  // 0: none.
  std::size_t row_of(const write_item& item) const {
    const auto text = item.what.find(std::string{kind_.text});
    const auto known = rows_of_.find(item.id);
    if (text == item.what.end() || known == rows_of_.end()) return 0;
    const auto found = std::ranges::find_if(known->second, [&](std::size_t row) {
      return planned(row).wants.at(std::string{kind_.text}) == text->second;
    });
    return found == known->second.end() ? 0 : *found;
  }

  // Of the fields that rows write. What was never set, or was cleared, is "".
  standing_values states_in(const std::string& truth) const {
    standing_values all;
    const auto parsed = json::parse(truth);
    for (const auto& [id, resource] : parsed.at("resources").as_object()) {
      auto& state = all[std::string{id}];
      const auto found = values_in(resource.at("fields").as_object());
      for (const auto name : {kind_.text, kind_.choice, kind_.notice}) {
        const auto is = found.find(std::string{name});
        state[std::string{name}] = is == found.end() ? std::string{} : is->second;
      }
    }
    return all;
  }

  void read_journal(const std::filesystem::path& file, std::vector<std::string>& findings) {
    std::map<std::size_t, std::size_t> notices;
    std::ifstream journal{file, std::ios::binary};
    for (std::string line; std::getline(journal, line);) {
      const auto parsed = json::parse(line);
      const auto& one = parsed.as_object();
      const auto* body = one.if_contains("body");
      const auto items = items_of(one.at("method").as_string(), one.at("path").as_string(),
                                  body == nullptr ? std::string_view{} : std::string_view{body->as_string()});
      const auto* fault = one.if_contains("fault");
      const bool is_in_part = fault != nullptr && fault->as_string() == "part";
      for (std::size_t i = 0; i < items.size(); ++i) {
        const auto& item = items[i];
        const bool is_applied = one.at("applied").as_bool() && (!is_in_part || i % 2 == 0);
        const auto row = row_of(item);
        if (row == 0 && is_applied) findings.push_back("a write of " + item.id + " belongs to no row");
        // What is not there is an error of its own beside the others, which are applied.
        if (row == 0 || !is_applied || !first_.contains(item.id)) continue;
        history_[item.id].push_back({one.at("answered").to_number<sandbox::time_us>(), row, item.what});
        if (has_notice(row) && ++notices[row] == 2)
          findings.push_back(fmt::format("row {} (id {}) was applied twice and must not be", row, item.id));
      }
    }
    for (auto& [id, all] : history_) std::ranges::stable_sort(all, {}, &written::at);
  }

  // What the resource was, from the beginning on.
  std::vector<values> states_of(const std::string& id) const {
    std::vector states{first_.at(id)};
    if (const auto known = history_.find(id); known != history_.end())
      for (const auto& one : known->second) {
        auto next = states.back();
        for (const auto& [name, value] : one.what) next[name] = value;
        states.push_back(std::move(next));
      }
    return states;
  }

  // Why the outcome cannot be true; empty: nothing speaks against it.
  std::string_view disproof(std::size_t number, const std::string& outcome) const {
    const auto& row = planned(number);
    const auto is = [&outcome](auto... names) { return ((outcome == names) || ...); };
    if (row.is_readable == is("invalid")) return row.is_readable ? "the row is valid" : "the row is invalid";
    if (is("superseded")) return "nothing in the input asks for that";
    if (!row.is_readable) return {};
    if (!row.is_there) return is("refused", "failed", "unknown") ? "" : "there is no such resource";
    const auto states = states_of(row.id);
    const auto known = history_.find(row.id);
    static const std::vector<written> none;
    const auto& writes = known == history_.end() ? none : known->second;
    const auto last = std::ranges::find(writes.rbegin(), writes.rend(), number, &written::by);
    const bool has_written = last != writes.rend();
    const bool is_written_over =
        has_written && std::any_of(last.base(), writes.end(), [&row](const auto& w) {
          return std::ranges::any_of(w.what, [&row](const auto& v) { return row.wants.contains(v.first); });
        });
    const bool is_shown = has_all(states.back(), row.wants);
    if (is("unchanged", "refused", "failed", "skipped") && has_written) return "a write of it was applied";
    if (is("applied") && !has_written) return "no write of it was applied";
    if (is("applied") && !is_shown && !is_written_over) return "the resource does not show what was wanted";
    if (is("applied", "unchanged") && !row.is_valid) return "its values are not valid";
    if (is("applied", "unchanged") && row.expects == "something else")
      return "what it expects was never there";
    if (is("unchanged") &&
        std::ranges::none_of(states, [&row](const auto& s) { return has_all(s, row.wants); }))
      return "the resource never was as wanted";
    if (is("mismatch") && is_shown) return "the resource shows what was wanted";
    if (is("refused") && row.is_valid) return "its values are valid, and the resource is there";
    if (is("skipped") && (row.expects.empty() || std::ranges::all_of(states, [&](const auto& s) {
                            return s.at(std::string{kind_.text}) == row.expects;
                          })))
      return "what it expects was always there";
    return {};
  }

  // The API has no guards: somebody may edit between read and write, and the undo then knows an older value.
  // Nor does it know what stood between two attempts of a row that ended without a proof.
  std::vector<std::string> values_to_bring_back(const std::string& id, const std::string& name,
                                                const std::string& was) const {
    std::vector<std::string> found{was};
    const auto known = history_.find(id);
    if (known == history_.end()) return found;
    const auto& all = known->second;
    const bool is_left_alone =
        all.back().by == 0;  // somebody has the last word, and the undo leaves the resource
    if (is_left_alone && name == kind_.text) return {all.back().what.at(name)};
    for (const auto& one : all)
      if (one.what.contains(name) && (one.by == 0 || is_left_alone || unproven_.contains(id)))
        found.push_back(one.what.at(name));
    return found;
  }

  dice choices_;
  const object_kind& kind_;
  std::uint64_t seed_;
  std::size_t read_size_, write_size_;
  std::vector<planned_row> plan_;
  std::map<std::string, std::vector<std::size_t>> rows_of_;  // rows of an id
  std::vector<std::string> ids_;                             // that are there
  standing_values first_, now_;
  std::map<std::string, std::vector<written>> history_;  // by id
  std::set<std::string> unproven_;                       // ids of rows that ended unknown or mismatch
  std::size_t edits_ = 0;
};

}  // namespace

std::unique_ptr<play> play_batches(std::uint64_t seed, std::size_t rows) {
  return std::make_unique<batch_play>(seed, rows);
}

}  // namespace pawl::simulation
