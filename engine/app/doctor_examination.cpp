#include "engine/app/doctor_examination.hpp"

#include "engine/text/amounts.hpp"
#include "engine/text/date_time.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace pawl::app {
namespace {

using api::verdict;
// Chosen: a certificate that ends sooner has usually been forgotten by the job that renews it.
constexpr auto certificate_soon = std::chrono::hours{14 * 24};
// Chosen: no condition on an age is written in finer steps, and a synchronised clock is never so far off.
constexpr auto clock_tolerance = std::chrono::seconds{60};

std::string joined(const std::vector<std::string>& all) {
  std::string text;
  for (const auto& one : all) text += (text.empty() ? "" : ", ") + one;
  return text;
}

std::string windows_in_words(const std::vector<rate_window>& windows) {
  if (windows.empty()) return "unlimited";
  std::string text;
  for (const auto& w : windows) text += (text.empty() ? "" : " and ") + to_string(w);
  return text;
}

// The largest number of requests that these limits let through within `time`, wherever it begins; nullopt: no
// limit.
std::optional<std::uint64_t> most_within(const std::vector<rate_window>& windows, duration time) {
  std::optional<std::uint64_t> most;
  for (const auto& w : windows) {
    const auto times = std::max<std::int64_t>(1, (time + w.length - duration{1}) / w.length);
    const auto through = w.limit * static_cast<std::uint64_t>(times);
    most = std::min(most.value_or(through), through);
  }
  return most;
}

class examination {
 public:
  explicit examination(const doctor_facts& f) : f_(f), settings_(*f.settings), reply_(*f.reply) {}

  std::vector<finding> all() {
    proxy();
    const bool answered = reply_.reached == phase::answered;
    if (reply_.fault == transport_fault::untrusted)
      add("tls", finding_state::mend, reply_.in_words(), reply_.remedy);
    else if (!answered)
      unreachable();
    else
      tls();
    if (answered) {
      answer();
      clock();
    } else {
      add("key", finding_state::later, fmt::format("{} was not tried: no reply came", key()), "");
    }
    limits(answered);
    return std::move(found_);
  }

 private:
  void add(std::string about, finding_state s, std::string text, std::string remedy) {
    found_.push_back({std::move(about), s, std::move(text), std::move(remedy)});
  }

  std::string key() const {
    if (f_.key_label.empty()) return "no key";
    return fmt::format("{} from {}", f_.key_label, f_.key_place);
  }

  void proxy() {
    const auto& proxy = settings_.run.transport.proxy;
    add("proxy", finding_state::ok, proxy ? proxy->name() : "none: the API is reached directly", "");
  }

  void unreachable() {
    const auto what = fmt::format("{}: {}", settings_.target.url(), reply_.in_words());
    if (reply_.is == verdict::stop)
      add("api", finding_state::mend, what, reply_.remedy);
    else
      add("api", finding_state::later, what, "check the network and api.base_url, or try again later");
  }

  void tls() {
    const auto& peer = reply_.peer;
    if (!settings_.target.tls) {
      add("tls", finding_state::note, fmt::format("none: plain http to {}", settings_.target.host_header),
          "");
      return;
    }
    auto text = fmt::format("{}, {}; certificate {}", peer.protocol, peer.cipher, peer.subject);
    if (!peer.issuer.empty()) text += fmt::format(", issued by {}", peer.issuer);
    if (!peer.trust_anchor.empty() && peer.trust_anchor != peer.issuer)
      text += fmt::format(", trusted through {}", peer.trust_anchor);
    text += settings_.run.transport.ca_file.empty()
                ? " (the system's authorities)"
                : fmt::format(" (the system's authorities and {})", settings_.run.transport.ca_file);
    auto how = finding_state::ok;
    if (peer.not_after) {
      const auto left = *peer.not_after - reply_.received;
      text += fmt::format(", valid until {}", date_and_time(*peer.not_after));
      if (left < certificate_soon) {
        how = finding_state::note;
        text += fmt::format(", which is in {}", in_words(std::chrono::duration_cast<duration>(left)));
      }
    }
    add("tls", how, std::move(text), "");
  }

  void answer() {
    if (reply_.is == verdict::throttled || (reply_.outage && !reply_.foreign) ||
        reply_.is == verdict::maybe || reply_.is == verdict::retry) {
      add("api", finding_state::later, reply_.in_words(), "try again later");
      return;
    }
    if (reply_.is == verdict::stop) {
      add(reply_.http_status == 403   ? "scopes"
          : reply_.http_status >= 400 ? "key"
                                      : "api",
          finding_state::mend, fmt::format("{}: {}", key(), reply_.in_words()), reply_.remedy);
      return;
    }
    if (!f_.asked_whoami) {
      add("key", finding_state::note,
          fmt::format("{} was not refused; whose it is cannot be asked, the profile {} has no whoami", key(),
                      settings_.profile.name),
          "");
      return;
    }
    if (reply_.is == verdict::refused || !f_.who) {
      add("api", finding_state::mend,
          f_.who || reply_.is == verdict::refused ? reply_.in_words()
                                                  : "the reply does not say whose key this is",
          "check api.base_url and the profile's whoami");
      return;
    }
    add("key", finding_state::ok, key(), "");
    account();
    scopes();
  }

  void account() {
    const auto& wanted = settings_.expected_account;
    if (!wanted.empty() && wanted != f_.who->account)
      add("account", finding_state::mend,
          fmt::format("the key belongs to {}, and api.account names {}", f_.who->account, wanted),
          "use a key of that account, or mend api.account");
    else
      add("account", finding_state::ok, f_.who->account, "");
  }

  void scopes() {
    const auto& needs = settings_.reading.needs;
    const auto& granted = f_.who->scopes;
    if (needs.read.empty() && needs.write.empty() && needs.names.empty()) {
      add("scopes", finding_state::ok, granted.empty() ? "the API names none" : joined(granted), "");
      return;
    }
    if (granted.empty()) {
      add("scopes", finding_state::note, "the API does not say which ones the key has", "");
      return;
    }
    const auto lacking = [&granted](const std::vector<std::string>& wanted) {
      std::vector<std::string> missing;
      for (const auto& one : wanted)
        if (std::ranges::find(granted, one) == granted.end()) missing.push_back(one);
      return missing;
    };
    auto missing = lacking(needs.read);
    const auto to_write = lacking(needs.write);
    missing.insert(missing.end(), to_write.begin(), to_write.end());
    if (!missing.empty())
      add("scopes", finding_state::mend,
          fmt::format("the key lacks {}, which a run needs (it has {})", joined(missing), joined(granted)),
          "grant the key these scopes where it was made, or use another key");
    else
      add("scopes", finding_state::ok, joined(granted), "");
    if (const auto no_names = lacking(needs.names); !no_names.empty())
      add("scopes", finding_state::note,
          fmt::format("without {} names cannot be looked up: use ids instead of names (add_tag_ids, not "
                      "add_tags), and no `has tag`",
                      joined(no_names)),
          "");
  }

  void clock() {
    if (!reply_.server_time) {
      add("clock", finding_state::note, "the reply has no Date to compare with", "");
      return;
    }
    // Date has whole seconds, so the true time lies up to one second later.
    const auto server = *reply_.server_time + std::chrono::milliseconds{500};
    const auto here =
        reply_.received - std::chrono::duration_cast<std::chrono::microseconds>(reply_.latency) / 2;
    const auto ahead = here - server;
    const auto size = ahead < ahead.zero() ? -ahead : ahead;
    const auto rounded = std::chrono::round<std::chrono::seconds>(size);
    if (rounded <= std::chrono::seconds{1}) {
      add("clock", finding_state::ok, "in step with the server's, to the second", "");
      return;
    }
    const auto text = fmt::format("this machine's clock is {} {} the server's",
                                  in_words(std::chrono::duration_cast<duration>(rounded)),
                                  ahead > ahead.zero() ? "ahead of" : "behind");
    if (size <= clock_tolerance)
      add("clock", finding_state::ok, text, "");
    else
      add("clock", finding_state::mend, text,
          "set one of them right (NTP): conditions on ages are off by as much; limits are not concerned");
  }

  void limits(bool answered) {
    const auto& run = settings_.run;
    auto text = fmt::format("writes {}, reads {}", windows_in_words(run.writes.windows),
                            windows_in_words(run.reads.windows));
    // An API shows the limit of the account, as a rule: what reads and writes share, where they do.
    std::vector<rate_window> windows = run.reads.windows;
    const bool shares = !run.reads.shared.empty();
    if (shares) windows.clear();
    for (const auto& l : run.reads.shared) {
      text += (windows.empty() ? ", together " : " and ") + to_string(l);
      windows.push_back(l.window);
    }
    const std::string_view key = shares ? "limits.all" : "limits.read", what = shares ? "requests" : "reads";
    if (run.writes.reserve > 0)
      text += fmt::format(", of which {:.0f} % are left to others", run.writes.reserve * 100);
    if (!answered || !f_.rates.limit) {
      add("limits", finding_state::ok, text + (answered ? "; the reply names none" : ""), "");
      return;
    }
    const auto seen = *f_.rates.limit;
    text += fmt::format("; the API says {} {}", grouped(seen), what);
    if (f_.rates.window) text += fmt::format(" in {}", in_words(*f_.rates.window));
    if (f_.rates.remaining) text += fmt::format(", of which {} are left now", grouped(*f_.rates.remaining));
    // If the window is not known, it lasts at least until the quota is renewed (less the rounding of that to
    // a second), and a burst fits into any window.
    const auto within =
        f_.rates.window.value_or(f_.rates.reset_in.value_or(duration{}) - std::chrono::seconds{1});
    const auto ours = most_within(windows, within);
    const bool named = std::ranges::any_of(windows, [&](const rate_window& w) { return w.limit == seen; });
    if (f_.rates.window ? ours == seen : named) {
      add("limits", finding_state::ok, std::move(text), "");
    } else if (windows.empty() || (ours && *ours > seen)) {
      add("limits", finding_state::mend, fmt::format("{}, which is less than is set for {}", text, what),
          fmt::format("set {}, and look whether limits.write is right too", key));
    } else if (f_.rates.window) {
      add("limits", finding_state::note,
          fmt::format("{}, which is more than is set for {}: {} can be raised", text, what, key), "");
    } else {
      add("limits", finding_state::note,
          fmt::format("{}, but not in what time, so it cannot be compared with {}: the API's documentation "
                      "says it",
                      text, key),
          "");
    }
  }

  const doctor_facts& f_;
  const options& settings_;
  const client::read_reply& reply_;
  std::vector<finding> found_;
};

}  // namespace

std::vector<finding> examine(const doctor_facts& facts) {
  return examination(facts).all();
}

}  // namespace pawl::app
