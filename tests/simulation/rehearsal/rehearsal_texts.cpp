#include "tests/simulation/rehearsal/rehearsal_texts.hpp"

#include "engine/app/exit_code.hpp"
#include "engine/text/amounts.hpp"
#include "engine/text/printable.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>

namespace pawl::simulation {
namespace {

namespace json = boost::json;
using ends = std::vector<rehearsal_end>;

// "26 h 50 min (25 h 58 min to 27 h 40 min)".
template <class Of, class Show>
std::string spread(const ends& all, Of of, Show show) {
  std::vector<decltype(of(all.front()))> values;
  values.reserve(all.size());
  for (const auto& one : all) values.push_back(of(one));
  std::ranges::sort(values);
  const auto middle = show(values[(values.size() - 1) / 2]);
  const auto least = show(values.front()), most = show(values.back());
  return least == most ? middle : fmt::format("{} ({} to {})", middle, least, most);
}

template <class Of>
bool is_ever(const ends& all, Of of) {
  return std::ranges::any_of(all, [&](const auto& one) { return of(one) > 0; });
}

std::string seeds_of(const ends& all) {
  if (all.size() == 1) return fmt::format("seed {}", all.front().seed);
  return fmt::format("seeds {} to {}", all.front().seed, all.back().seed);
}

// Of the rehearsals that did not come to their end, one line for each way, with its first seed.
std::vector<std::string> troubles(const ends& all) {
  std::map<std::string, std::pair<std::size_t, std::uint64_t>> by_words;
  for (const auto& one : all) {
    if (one.exit_code == app::exit_success || one.exit_code == app::exit_some_failed) continue;
    const auto words = fmt::format("exit code {}, {}", one.exit_code,
                                   one.error ? printable(to_string(*one.error)) : one.stop_reason);
    auto& [count, seed] = by_words.try_emplace(words, 0, one.seed).first->second;
    ++count;
  }
  std::vector<std::string> lines;
  for (const auto& [words, of] : by_words)
    lines.push_back(fmt::format("  stopped     {} of {} (the first is seed {}): {}", of.first, all.size(),
                                of.second, words));
  return lines;
}

}  // namespace

std::vector<std::string> rehearsal_lines(const rehearsed& what, const ends& all) {
  const auto number = [](std::uint64_t n) { return grouped(n); };
  std::vector<std::string> lines;
  lines.push_back(fmt::format("{}, profile {}, {} against the model of {}, {}", printable(what.input),
                              what.profile, counted(all.size(), "rehearsal", "rehearsals"), what.model,
                              seeds_of(all)));
  const auto add = [&](std::string_view name, const std::string& text) {
    lines.push_back(fmt::format("  {:<11} {}", name, text));
  };
  add("time", spread(all, [](const auto& e) { return e.took; }, [](duration d) { return in_words(d); }));
  add("reads", spread(all, [](const auto& e) { return e.reads; }, number));
  add("writes", spread(all, [](const auto& e) { return e.writes; }, number));
  const auto starts = [](const auto& e) { return e.starts; };
  if (is_ever(all, [](const auto& e) { return e.starts - 1; })) add("starts", spread(all, starts, number));
  const auto throttled = [](const auto& e) { return e.throttled; };
  if (is_ever(all, throttled))
    add("over limits", spread(all, throttled, number) + ": the API allows less than the settings do");
  add("rows", spread(all, [](const auto& e) { return e.rows; }, number));
  for (std::size_t i = 0; i < outcome_count; ++i) {
    const auto count = [i](const auto& e) { return e.counts.of[i]; };
    if (is_ever(all, count)) add(to_string(static_cast<outcome>(i)), spread(all, count, number));
  }
  const auto pending = [](const auto& e) { return e.pending; };
  if (is_ever(all, pending)) add("pending", spread(all, pending, number));
  for (auto& line : troubles(all)) lines.push_back(std::move(line));
  return lines;
}

std::string rehearsal_json(const rehearsed& what, const ends& all) {
  json::array list;
  for (const auto& one : all) {
    json::object o{{"seed", one.seed},     {"elapsed_s", std::chrono::duration<double>(one.took).count()},
                   {"starts", one.starts}, {"reads", one.reads},
                   {"writes", one.writes}, {"over_limits", one.throttled},
                   {"rows", one.rows}};
    for (std::size_t i = 0; i < outcome_count; ++i) o[to_string(static_cast<outcome>(i))] = one.counts.of[i];
    o["pending"] = one.pending;
    o["exit_code"] = one.exit_code;
    o["stop_reason"] = one.stop_reason;
    if (one.error)
      o["error"] = printable(to_string(*one.error));
    else
      o["error"] = nullptr;
    list.push_back(std::move(o));
  }
  return json::serialize(json::object{{"input", what.input},
                                      {"profile", what.profile},
                                      {"model", what.model},
                                      {"rehearsals", std::move(list)}}) +
         "\n";
}

int worst_exit_code(const ends& all) noexcept {
  static constexpr std::array order{app::exit_success, app::exit_some_failed, app::exit_later,
                                    app::exit_usage};
  const auto rank = [](int code) { return std::ranges::find(order, code) - order.begin(); };
  int worst = app::exit_success;
  for (const auto& one : all)
    if (rank(one.exit_code) > rank(worst)) worst = one.exit_code;
  return worst;
}

}  // namespace pawl::simulation
