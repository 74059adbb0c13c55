#include "tests/sandbox/service.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <utility>

namespace sandbox {

service::service(vendor& api, key_ring& keys, journal& log, behaviour how, std::uint64_t seed)
    : vendor_(api), keys_(keys), journal_(log), behaviour_(std::move(how)), seed_(seed) {}

course service::plan(const request& r) {
  course c;
  static_cast<route&>(c) = vendor_.find(r);
  c.number = ++totals_.requests;
  c.too_many = ++under_way_ > behaviour_.most_in_flight && behaviour_.most_in_flight != 0;
  ++(c.kind == request_class::read ? totals_.reads : totals_.writes);

  // Random choices depend on the resource and on how often it was asked before, not on the order in which
  // requests for different resources arrive.
  std::uint64_t ordinal = c.number;
  traffic* const about = vendor_.traffic_of(c);
  if (about != nullptr) {
    ordinal = c.kind == request_class::read ? ++about->reads_seen : ++about->writes_seen;
  }
  c.dice = hash_text(c.id, mix(seed_ ^ ordinal << 1) + static_cast<std::uint64_t>(c.kind));
  if (page_) {
    c.fault = *page_;
  } else if (!c.faultless) {
    const auto scripted = (c.kind == request_class::write ? script_ : read_script_).next(c.id);
    c.fault = scripted ? scripted->what : behaviour_.faults.draw(c.kind, unit_interval(c.dice));
    if (about != nullptr && !scripted) spare(*about, c.fault);
    if (c.fault.is_foreign() && !c.fault.stranger)
      c.fault.stranger = draw_foreign(c.fault.kind->strangers, mix(c.dice + 3));
  }

  if (c.too_many) return c;  // refused at once
  const auto share = [](std::chrono::microseconds whole, double part) {
    return std::chrono::microseconds{static_cast<std::int64_t>(static_cast<double>(whole.count()) * part)};
  };
  const auto whole = behaviour_.delay + share(behaviour_.delay_jitter, unit_interval(mix(c.dice + 1)));
  switch (behaviour_.count_at) {
    case count_point::arrival:
      break;
    case count_point::reply:
      c.before = whole;
      break;
    case count_point::random:
      c.before = share(whole, unit_interval(mix(c.dice + 2)));
      break;
  }
  c.after = whole - c.before;
  if (c.fault.has(afterwards::slowly)) c.after += behaviour_.slow;
  return c;
}

// Keeps random foreign replies about one resource apart. If every attempt for a resource were refused so
// while the API is well, no client could tell the refusals from the API's own.
void service::spare(traffic& t, fault& f) {
  constexpr std::uint8_t spared_requests = 3;  // a read, a write, a read
  if (t.spared_from_strangers > 0) {
    --t.spared_from_strangers;
    if (f.is_foreign()) f = {};
  } else if (f.is_foreign()) {
    t.spared_from_strangers = spared_requests;
  }
}

void service::answer(const request& r, const course& c, time_us now, outgoing& out) {
  vendor_.pass_time(now);
  body_.clear();
  reply rep{body_};
  rep.request_id = "req_0000000000000000";
  std::uint64_t id_bits = mix(seed_ ^ mix(c.number));
  for (std::size_t i = 0; i < 16; ++i, id_bits >>= 4)
    rep.request_id[4 + i] = "0123456789abcdef"[id_bits & 15];

  const key_check who = keys_.check(vendor_.secret_of(r, c), now, rep.key);
  const std::uint64_t notices = vendor_.notices();
  if (kept_from_the_api(c, now, rep) || forced(c, rep) || refused_as_too_many(c, rep)) {
    // One of these has filled the reply.
  } else if (who == key_check::accepted) {
    const call asked{r, c, *rep.key, now};
    answer_accepted(asked, rep);
  } else {
    ++totals_.unauthenticated;
    vendor_.unauthenticated(rep, who);
  }

  write_wire(r, c, rep, now, out);
  if (rep.how != delivery::drop && rep.how != delivery::hold) ++totals_.by_status[rep.status];
  for (const fault_kind* kind : {rep.fault.kind, rep.fault.with}) {
    if (kind != nullptr) ++totals_.injected[static_cast<std::size_t>(kind - fault_kinds.data())];
  }
  if (rep.applied) ++totals_.applied;

  journal_entry e;
  e.request = c.number;
  e.connection = r.connection;
  e.arrived = r.arrived;
  e.counted = rep.counted;
  e.answered = now;
  e.method = r.method;
  e.path = r.target;
  e.id = c.id;
  e.body = r.body;
  if (rep.key != nullptr) e.key = rep.key->id;
  e.request_id = rep.request_id;
  e.status = out.status;
  const std::string fault_name = rep.fault.name();
  e.fault = fault_name;
  e.applied = rep.applied;
  e.notices = vendor_.notices() - notices;
  journal_.add(e);
}

// A foreign reply checks no key, and no limit counts the request.
bool service::kept_from_the_api(const course& c, time_us now, reply& rep) {
  if (!c.fault.is_foreign() || c.fault.kind->on_state != effect::not_applied) return false;
  rep.fault = c.fault;
  distort(nullptr, c, now, rep);
  return true;
}

bool service::forced(const course& c, reply& rep) {
  auto& f = behaviour_.forced;
  if (!f || (f->only && *f->only != c.kind)) return false;
  if (f->times && *f->times == 0) return false;
  if (f->times) --*f->times;
  vendor_.error(rep, f->status, f->code, f->message);
  rep.location = f->location;
  if (f->status == 429) rep.retry_after = static_cast<std::uint64_t>(behaviour_.injected_retry_after.count());
  if (f->retry_after) rep.retry_after = f->retry_after;
  return true;
}

bool service::refused_as_too_many(const course& c, reply& rep) {
  if (!c.too_many) return false;
  ++totals_.refused_as_too_many;
  if (behaviour_.over_status == 429)
    vendor_.error(rep, 429, "too_many_requests", "Too many requests at the same time.");
  else
    vendor_.error(rep, 503, "overloaded", "Too many requests at the same time.");
  return true;
}

void service::answer_accepted(const call& asked, reply& rep) {
  const course& c = asked.way;
  const budgets::refusal refusal = asked.key.used.count(c.kind, c.id, asked.now);
  if (refusal.rule != nullptr) {
    ++(c.kind == request_class::read ? totals_.throttled_reads : totals_.throttled_writes);
    vendor_.throttle(rep, c, refusal, asked.now);
    if (refusal.counted) rep.counted = asked.now;
    return;
  }
  rep.counted = asked.now;

  // A list shows no single resource that could be an old one.
  const auto shows_none = [&] {
    std::string ignored;
    reply present{ignored};
    return c.id.empty() && !vendor_.present(asked, c.id, present);
  };
  if (!c.fault || (c.fault.kind->answer == answer_kind::old_thread && shows_none())) {
    vendor_.serve(asked, rep);
    return;
  }
  rep.fault = c.fault;
  if (c.fault.kind->on_state == effect::not_applied) {
    distort(&asked, c, asked.now, rep);
    return;
  }
  std::string before;
  bool has_before = false;
  if (c.fault.kind->answer == answer_kind::old_thread) {
    reply old{before};
    has_before = vendor_.present(asked, c.id, old);
  }
  if (c.fault.kind->answer != answer_kind::part || !serve_part(asked, rep)) vendor_.serve(asked, rep);
  if (has_before && rep.status == 200) rep.body = std::move(before);
  distort(&asked, c, asked.now, rep);
  if (c.fault.kind->answer == answer_kind::old_thread && !has_before) rep.fault = {};
}

namespace {

// A batch with every other element of the list alone. Absent: there is no such list, or it has one.
std::optional<std::string> every_other(std::string_view body, std::string_view list) {
  boost::system::error_code failed;
  auto all = boost::json::parse(body, failed);
  auto* elements = !failed && all.is_object() ? all.get_object().if_contains(list) : nullptr;
  if (elements == nullptr || !elements->is_array() || elements->get_array().size() < 2) return std::nullopt;
  boost::json::array kept;
  for (std::size_t i = 0; i < elements->get_array().size(); i += 2) kept.push_back(elements->get_array()[i]);
  *elements = std::move(kept);
  return boost::json::serialize(all);
}

}  // namespace

bool service::leave_results_out(std::string& body) {
  auto fewer = every_other(body, "results");
  if (fewer) body = *std::move(fewer);
  return fewer.has_value();
}

// False: it is no batch, and nothing was served.
bool service::serve_part(const call& asked, reply& rep) {
  const auto part = every_other(asked.in.body, "inputs");
  if (!part) {
    rep.fault = {};
    return false;
  }
  auto in = asked.in;
  in.body = *part;
  vendor_.serve({in, asked.way, asked.key, asked.now}, rep);
  return true;
}

// Changes a reply as the fault demands. `asked` is null if the API never got the request.
void service::distort(const call* asked, const course& c, time_us now, reply& rep) {
  switch (c.fault.kind->answer) {
    case answer_kind::regular:
    case answer_kind::part:
      break;
    case answer_kind::error:
      if (c.fault.kind->status == 500) {
        vendor_.error(rep, 500, "internal_error", "Something went wrong.");
      } else {
        rep.status = c.fault.kind->status;
        rep.content_type = "text/html";
        rep.body = gateway_page(c.fault.kind->status);
      }
      if (c.fault.kind->name.starts_with("e503-retry")) {
        rep.retry_after = static_cast<std::uint64_t>(behaviour_.injected_retry_after.count());
      }
      break;
    case answer_kind::throttled: {
      budgets::refusal injected;
      injected.free_at = now + std::chrono::microseconds{behaviour_.injected_retry_after}.count();
      vendor_.throttle(rep, c, injected, now);
      break;
    }
    case answer_kind::nothing:
      rep.how = delivery::drop;
      break;
    case answer_kind::half:
      rep.how = delivery::send_and_drop;
      break;
    case answer_kind::not_json:
      rep.status = 200;
      rep.body = "{\"id\":\"\xc3\x28\x01, \"status\": dnoe, [[[";
      break;
    case answer_kind::not_http:
      rep.how = delivery::send_and_drop;
      break;
    case answer_kind::other_thread: {
      const auto other = rep.status == 200 ? vendor_.neighbour(c.id) : std::nullopt;
      if (asked == nullptr || !other) {
        rep.fault = {};
        break;
      }
      rep.body.clear();
      vendor_.present(*asked, *other, rep);
      break;
    }
    case answer_kind::old_thread:
      // As if the request had been served. Where nothing was applied, the reply is made here.
      if (asked == nullptr ||
          (c.fault.kind->on_state == effect::not_applied && !vendor_.present(*asked, c.id, rep)))
        rep.fault = {};
      break;
    case answer_kind::fewer:
      if (!leave_results_out(rep.body)) rep.fault = {};
      break;
    case answer_kind::silence:
      rep.how = delivery::hold;
      break;
    case answer_kind::foreign:
      rep.foreign = true;
      rep.status = c.fault.stranger->status;
      rep.content_type = content_type_of(c.fault.stranger->body);
      rep.body.clear();
      append_foreign_body(rep.body, *c.fault.stranger, c.dice, vendor_.own_words());
      rep.location = rep.status / 100 == 3 ? "https://elsewhere.example/login" : "";
      rep.retry_after.reset();
      if (c.fault.stranger->retry_after)
        rep.retry_after = static_cast<std::uint64_t>(behaviour_.injected_retry_after.count());
      break;
  }
  if (c.fault.has(afterwards::close_announced)) rep.announce_close = true;
  if (rep.how != delivery::send) return;  // the answer itself ends the connection
  if (c.fault.has(afterwards::close_unannounced)) rep.how = delivery::send_and_drop;
  if (c.fault.has(afterwards::in_drops)) rep.how = delivery::dribble;
}

}  // namespace sandbox
