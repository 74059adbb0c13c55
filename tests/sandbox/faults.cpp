#include "tests/sandbox/faults.hpp"

#include "tests/sandbox/text.hpp"

#include <charconv>

namespace sandbox {

const fault_kind* find_fault(std::string_view name) {
  for (const fault_kind& kind : fault_kinds) {
    if (kind.name == name) return &kind;
  }
  return nullptr;
}

bool fault::has(afterwards what) const {
  return (kind != nullptr && kind->then == what) || (with != nullptr && with->then == what);
}

std::string fault::name() const {
  std::string text{kind == nullptr ? std::string_view{} : kind->name};
  if (stranger) text.append(1, '/').append(stranger->name());
  if (with != nullptr) text.append(1, '+').append(with->name);
  return text;
}

std::optional<fault> fault::parse(std::string_view text) {
  const std::size_t plus = text.find('+');
  const std::string_view first = text.substr(0, plus);
  const std::size_t slash = first.find('/');
  fault f{find_fault(first.substr(0, slash)), nullptr};
  if (f.kind == nullptr) return std::nullopt;
  if (slash != std::string_view::npos) {
    f.stranger = foreign_reply::parse(first.substr(slash + 1));
    if (!f.stranger || !f.is_foreign()) return std::nullopt;
    f.stranger->retry_after = f.kind->strangers == foreign_set::throttling;
  }
  if (plus == std::string_view::npos) return f;
  f.with = find_fault(text.substr(plus + 1));
  if (f.with == nullptr || f.with->answer != answer_kind::regular) return std::nullopt;
  return f;
}

std::optional<fault_rates> fault_rates::parse(std::string_view text, std::string& why_not) {
  fault_rates rates;
  for (std::string_view part : split(text, ',')) {
    const std::string whole{part};
    bool on_reads = true, on_writes = true;
    if (part.starts_with("read:")) {
      on_writes = false;
      part.remove_prefix(5);
    } else if (part.starts_with("write:")) {
      on_reads = false;
      part.remove_prefix(6);
    }
    const std::size_t equals = part.find('=');
    const auto what = fault::parse(part.substr(0, equals));
    if (!what || equals == std::string_view::npos) {
      why_not =
          "no such fault: `" + whole +
          "` (write NAME=RATE, for example e500=0.05, or with slow, dribble, close or close-header behind a "
          "plus sign: e500+close=0.01; the reply of a foreign one behind a slash: foreign/404/html=0.01)";
      return std::nullopt;
    }
    const std::string_view number = part.substr(equals + 1);
    double rate = -1;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), rate);
    if (error != std::errc{} || end != number.data() + number.size() || !(rate >= 0 && rate <= 1)) {
      why_not = "`" + whole + "`: the rate must be from 0 to 1";
      return std::nullopt;
    }
    for (const bool write : {false, true}) {
      if (!(write ? on_writes : on_reads)) continue;
      auto& shares = rates.of_[write ? 1 : 0];
      const double sum = (shares.empty() ? 0 : shares.back().up_to) + rate;
      if (sum > 1 + 1e-9) {
        why_not = "`" + whole + "`: the rates add up to more than 1";
        return std::nullopt;
      }
      shares.push_back({*what, sum});
    }
  }
  return rates;
}

fault fault_rates::draw(request_class which, double die) const {
  for (const share& s : of_[which == request_class::write ? 1 : 0]) {
    if (die < s.up_to) return s.what;
  }
  return {};
}

bool fault_script::add(std::string_view id, std::string_view text) {
  step s;
  if (text.ends_with('*')) {
    s.forever = true;
    text.remove_suffix(1);
  }
  const auto what = fault::parse(text);
  if (!what && text != "ok") return false;
  s.what = what.value_or(fault{});
  steps_[std::string{id}].push_back(s);
  return true;
}

std::optional<fault_script::step> fault_script::next(std::string_view id) {
  if (steps_.empty()) return std::nullopt;
  const auto found = steps_.find(std::string{id});
  if (found == steps_.end()) return std::nullopt;
  const step s = found->second.front();
  if (!s.forever) found->second.pop_front();
  if (found->second.empty()) steps_.erase(found);
  return s;
}

}  // namespace sandbox
