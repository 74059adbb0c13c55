// pawl-sandbox: reads options, makes state and server, prints the ready line; serves until it is told to end,
// and writes the truth.
#include "tests/sandbox/made_api.hpp"
#include "tests/sandbox/options.hpp"
#include "tests/sandbox/seed_reader.hpp"
#include "tests/sandbox/server.hpp"

#include <boost/asio/signal_set.hpp>
#include <boost/system/system_error.hpp>

#include <csignal>
#include <cstdio>
#include <exception>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sandbox {
namespace {

// Writes a new file beside the old one and renames it, so that nobody reads half of it.
void write_whole(const std::string& file, std::string_view text, mode_t mode = 0644) {
  if (file.empty()) return;
  const std::string fresh = file + ".new";
  const int descriptor = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  std::FILE* out = descriptor < 0 ? nullptr : ::fdopen(descriptor, "w");
  if (out == nullptr) throw std::runtime_error("cannot write " + fresh);
  const bool written = std::fwrite(text.data(), 1, text.size(), out) == text.size();
  const bool closed = std::fclose(out) == 0;
  if (!written || !closed || std::rename(fresh.c_str(), file.c_str()) != 0) {
    throw std::runtime_error("cannot write " + file);
  }
}

void fill(vendor& api, const options& o) {
  const seed_sink sink{[&](std::string_view id) { api.add(id); },
                       [&](std::string_view name) { api.tag_named(name); }};
  for (const std::string& file : o.seed_from) read_seed(file, o.seed_id_column, sink);
  const std::uint64_t count = o.threads.value_or(o.seed_from.empty() ? 1000 : 0);
  for (std::uint64_t i = 1; i <= count; ++i) api.add(api.made_up_id(i));
  api.seeded();
}

void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;  // the default limit must be enough then
  limit.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0)
    std::cerr << "pawl-sandbox: the descriptor limit stays as it is\n";
}

void print_ready_line(const options& o, const vendor& api, const server& s) {
  std::string line = "{\"ready\":true,\"port\":" + std::to_string(s.port()) + ",\"base_url\":\"" +
                     (o.plain ? "http" : "https") + "://localhost:" + std::to_string(s.port()) + api.root() +
                     "\",\"control_url\":\"http://127.0.0.1:" + std::to_string(s.control_port()) +
                     "/_sandbox\",\"ca_file\":";
  if (o.ca_out.empty() || o.plain) {
    line += "null";
  } else {
    append_quoted_bytes(line, o.ca_out);
  }
  line += ",\"pid\":" + std::to_string(::getpid()) + "}\n";
  std::fputs(line.c_str(), stdout);
  std::fflush(stdout);
}

// Makes "cannot listen on 127.0.0.1 port 8443: Address already in use".
std::string in_words(const boost::system::system_error& e) {
  const std::string all = e.what(), message = e.code().message();
  const auto at = all.find(": " + message);
  return at == std::string::npos ? message : all.substr(0, at) + ": " + message;
}

int serve(const options& o) {
  if (o.die_with_parent) {
    const pid_t parent = ::getppid();
    if (::prctl(PR_SET_PDEATHSIG, SIGTERM) != 0) throw std::runtime_error("--die-with-parent: prctl failed");
    if (::getppid() != parent) return 0;  // the parent died before the call
  }
  raise_descriptor_limit();

  const monotonic_clock clock;
  const made_api made = make_api(o, clock.now());
  fill(*made.api, o);
  key_ring keys;
  keys.set_life(o.key_life);
  keys.set_limits(limits_of(o, made.api->default_limits(o.how.day.count())));
  for (const auto& [secret, scopes] : o.keys) keys.put(secret, scopes.value_or(made.api->default_scopes()));
  journal log{o.journal_file, o.journal_memory};
  service api{*made.api, keys, log, o.how, o.seed};
  for (const auto& [kind, scripts] :
       {std::pair{request_class::write, &o.scripts}, std::pair{request_class::read, &o.read_scripts}}) {
    for (const auto& [id, steps] : *scripts) {
      for (const std::string& step : steps) {
        if (!api.script(kind, id, step)) throw std::runtime_error("no such fault: " + step);
      }
    }
  }

  std::optional<tls_identity> identity;
  if (!o.plain) {
    identity.emplace(make_tls_identity(o.tls));
    write_whole(o.ca_out, identity->ca_pem);
    write_whole(o.client_cert_out, identity->client_certificate_pem);
    write_whole(o.client_key_out, identity->client_key_pem, 0600);
  }

  boost::asio::io_context io{1};
  server_options where;
  where.port = o.port;
  where.idle_close = o.idle_close;
  server listening{io, identity ? &identity->context : nullptr, api, log, clock, where};

  boost::asio::signal_set signals{io, SIGTERM, SIGINT, SIGHUP};
  boost::asio::steady_timer end{io};
  const auto finish = [&] {
    listening.stop();
    signals.cancel();
    end.cancel();
  };
  signals.async_wait([&](boost::system::error_code ec, int) {
    if (!ec) finish();
  });
  if (o.max_time.count() > 0) {
    end.expires_after(o.max_time);
    end.async_wait([&](boost::system::error_code ec) {
      if (ec) return;
      std::cerr << "pawl-sandbox: --max-seconds is over\n";
      finish();
    });
  }

  print_ready_line(o, *made.api, listening);
  io.run();
  log.flush();
  if (!o.truth_file.empty())
    write_whole(o.truth_file, api.truth(service::truth_scope::everything, clock.now()));
  return 0;
}

}  // namespace
}  // namespace sandbox

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  try {
    int exit_code = 0;
    const auto options = sandbox::read_options(argc, argv, exit_code);
    return options ? sandbox::serve(*options) : exit_code;
  } catch (const boost::system::system_error& e) {
    // Its what() ends with the place in Boost at which it was thrown.
    std::cerr << "pawl-sandbox: " << sandbox::in_words(e) << '\n';
    return 1;
  } catch (const std::exception& e) {
    std::cerr << "pawl-sandbox: " << e.what() << '\n';
    return 1;
  }
}
