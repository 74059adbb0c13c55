#include "tests/sandbox/limits.hpp"

#include "tests/sandbox/text.hpp"

#include <algorithm>
#include <charconv>

namespace sandbox {
namespace {

constexpr std::size_t violations_kept = 100;  // chosen: enough to see a pattern

bool read_cost(std::string_view text, std::uint64_t& cost) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), cost);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

named_rule rule_called(std::string_view name) {
  named_rule rule;
  rule.name = name;
  if (name == "read") rule.write_cost = 0;
  if (name == "write") rule.read_cost = 0;
  if (name == "each") {
    rule.each = true;
    rule.read_cost = 0;
  }
  return rule;
}

std::string read_rule(std::string_view text, time_us day, named_rule& rule) {
  bool windows = true;
  for (const std::string_view part : split(text, ';')) {
    if (windows) {
      const auto read = parse_limits(part, day);
      if (!read) return "`" + std::string{part} + "` is no limit; write 60/60s,20/10s or off";
      rule.rules.windows = *read;
      windows = false;
    } else if (part == "each") {
      rule.each = true;
    } else if (part == "fixed" || part == "sliding") {
      rule.rules.kind = part == "fixed" ? limit_kind::fixed : limit_kind::sliding;
    } else if (!(part.starts_with("read=") && read_cost(part.substr(5), rule.read_cost)) &&
               !(part.starts_with("write=") && read_cost(part.substr(6), rule.write_cost))) {
      return "`" + std::string{part} +
             "`: behind the windows stand read=COST, write=COST, each, fixed, sliding";
    }
  }
  for (const window_limit& w : rule.rules.windows) {
    if (std::max(rule.read_cost, rule.write_cost) > w.limit)
      return "`" + std::string{text} + "`: one request costs more than the whole limit";
  }
  return {};
}

budgets::budgets(const limit_list& rules) {
  for (const named_rule& rule : rules) budgets_.push_back({rule, limiter{rule.rules}, {}, 0});
}

// Null: the request does not count there.
limiter* budgets::limiter_of(budget& b, const std::string& id, request_class kind) {
  if (b.rule.rules.windows.empty() || b.rule.cost(kind) == 0) return nullptr;
  if (!b.rule.each) return &b.shared;
  return id.empty() ? nullptr : &b.of_each.try_emplace(id, b.rule.rules).first->second;
}

budgets::refusal budgets::count(request_class kind, const std::string& id, time_us now) {
  refusal worst;
  for (budget& b : budgets_) {
    limiter* const l = limiter_of(b, id, kind);
    if (l == nullptr) continue;
    const limiter::verdict v = l->check(now, b.rule.cost(kind));
    if (v.allowed) continue;
    ++b.exceeded;
    if (violations_.size() < violations_kept) violations_.push_back({b.rule.name, id, kind, now, v.free_at});
    if (b.rule.rules.enforce == enforcement::observe) continue;
    if (worst.rule == nullptr || v.free_at > worst.free_at)
      worst = {&b.rule, b.rule.rules.windows[v.window], v.free_at, b.rule.rules.count_refused};
  }
  for (budget& b : budgets_) {
    if (worst.rule != nullptr && !b.rule.rules.count_refused) continue;
    if (limiter* const l = limiter_of(b, id, kind)) l->take(now, b.rule.cost(kind));
  }
  return worst;
}

std::optional<limiter::standing> budgets::report(std::string_view name, time_us now) {
  for (budget& b : budgets_) {
    if (b.rule.name == name && !b.rule.each && !b.rule.rules.windows.empty()) return b.shared.report(now);
  }
  return std::nullopt;
}

std::uint64_t budgets::exceeded() const {
  std::uint64_t sum = 0;
  for (const budget& b : budgets_) sum += b.exceeded;
  return sum;
}

void budgets::append_truth(std::string& out, std::string_view key_id, bool& first) const {
  for (const budget& b : budgets_) {
    for (std::size_t i = 0; i < b.rule.rules.windows.size(); ++i) {
      // Of budgets for each resource the truth shows the fullest, and the sum of all.
      std::uint64_t most = b.shared.most_in(i), counted = b.shared.counted();
      time_us first_at = b.shared.first_at(), last_at = b.shared.last_at();
      for (const auto& [id, l] : b.of_each) {
        most = std::max(most, l.most_in(i));
        counted += l.counted();
        if (first_at == no_time || (l.first_at() != no_time && l.first_at() < first_at))
          first_at = l.first_at();
        last_at = std::max(last_at, l.last_at());
      }
      out += first ? "{\"key\":" : ",{\"key\":";
      first = false;
      append_quoted(out, key_id);
      out += ",\"class\":";
      append_quoted(out, b.rule.name);
      append_member(out, "limit", b.rule.rules.windows[i].limit);
      append_member(out, "window_us", static_cast<std::uint64_t>(b.rule.rules.windows[i].length));
      append_member(out, "most_counted", most);
      append_member(out, "counted", counted);
      append_member(out, "exceeded", b.exceeded);
      if (b.rule.each) append_member(out, "resources", b.of_each.size());
      // From here a test computes the share of the quota that was used.
      if (first_at != no_time) {
        append_member(out, "first_us", static_cast<std::uint64_t>(first_at));
        append_member(out, "last_us", static_cast<std::uint64_t>(last_at));
      }
      out += '}';
    }
  }
}

void budgets::append_violations(std::string& out, std::string_view key_id, bool& first) const {
  for (const violation_record& v : violations_) {
    out += first ? "{\"key\":" : ",{\"key\":";
    first = false;
    append_quoted(out, key_id);
    out += ",\"limit\":";
    append_quoted(out, v.limit);
    out += v.kind == request_class::write ? ",\"kind\":\"write\",\"id\":" : ",\"kind\":\"read\",\"id\":";
    append_quoted(out, v.id);
    append_member(out, "at_us", static_cast<std::uint64_t>(v.at));
    append_member(out, "free_us", static_cast<std::uint64_t>(v.free_at));
    out += '}';
  }
}

}  // namespace sandbox
