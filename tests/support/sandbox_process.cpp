#include "tests/support/sandbox_process.hpp"

#include "tests/support/wait_until.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/json.hpp>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <iterator>
#include <sstream>
#include <stdexcept>

namespace pawl::test {
namespace json = boost::json;
namespace {

child_options command(std::vector<std::string> arguments, const temp_dir& files) {
  child_options wanted;
  const char* const other = std::getenv("PAWL_SANDBOX_BINARY");
  wanted.program = other != nullptr ? other : PAWL_SANDBOX_BINARY;
  wanted.arguments = std::move(arguments);
  if (std::find(wanted.arguments.begin(), wanted.arguments.end(), "--plain") == wanted.arguments.end()) {
    wanted.arguments.push_back("--ca-out");
    wanted.arguments.push_back((files / "ca.pem").string());
  }
  return wanted;
}

}  // namespace

sandbox_process::sandbox_process(std::vector<std::string> arguments)
    : process_(command(std::move(arguments), files_)) {
  std::string line;
  const auto said_something = [&] {
    line = process_.output();
    return line.find('\n') != std::string::npos || !process_.running();
  };
  if (!wait_until(said_something) || line.find('\n') == std::string::npos) {
    throw std::runtime_error("pawl-sandbox did not get ready: " + process_.errors());
  }
  const json::value ready = json::parse(line.substr(0, line.find('\n')));
  base_url_ = ready.at("base_url").as_string();
  if (ready.at("ca_file").is_string()) ca_file_ = ready.at("ca_file").as_string();
  port_ = ready.at("port").to_number<std::uint16_t>();
  const std::string control_url{ready.at("control_url").as_string()};
  control_port_ = static_cast<std::uint16_t>(std::stoi(control_url.substr(control_url.rfind(':') + 1)));
}

json::value sandbox_process::truth(threads which) const {
  return json::parse(control("GET", which == threads::all ? "/truth" : "/truth?only=changed"));
}

json::object sandbox_process::totals() const {
  return json::parse(control("GET", "/totals")).at("totals").as_object();
}

json::object sandbox_process::thread(std::string_view id) const {
  return json::parse(control("GET", "/threads/" + std::string{id})).at(id).as_object();
}

std::vector<json::value> sandbox_process::journal(std::size_t last) const {
  std::istringstream lines{control("GET", "/journal?last=" + std::to_string(last))};
  std::vector<json::value> entries;
  for (std::string line; std::getline(lines, line);) entries.push_back(json::parse(line));
  return entries;
}

void sandbox_process::configure(std::string_view text) const {
  control("POST", "/config", text);
}

void sandbox_process::edit(std::string_view id, std::string_view text) const {
  control("POST", "/threads/" + std::string{id}, text);
}

json::value sandbox_process::resource(std::string_view id) const {
  return json::parse(control("GET", "/resources/" + std::string{id})).at(id);
}

void sandbox_process::edit_resource(std::string_view id, std::string_view text) const {
  control("POST", "/resources/" + std::string{id}, text);
}

void sandbox_process::put_document(std::string_view id, std::string_view text) const {
  control("POST", "/documents/" + std::string{id}, text);
}

std::string sandbox_process::document(std::string_view id) const {
  return control("GET", "/documents/" + std::string{id});
}

void sandbox_process::stop() {
  process_.signal(SIGTERM);
  process_.wait();
}

// Sends one request on one connection to the control port, which is plain HTTP and has no faults.
std::string sandbox_process::control(std::string_view method, std::string_view path,
                                     std::string_view body) const {
  boost::asio::ip::tcp::iostream stream{"127.0.0.1", std::to_string(control_port_)};
  stream << method << " /_sandbox" << path
         << " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: " << body.size()
         << "\r\n\r\n"
         << body << std::flush;
  const std::string reply{std::istreambuf_iterator<char>{stream}, {}};
  const std::size_t end = reply.find("\r\n\r\n");
  const std::string answer = end == std::string::npos ? std::string{} : reply.substr(end + 4);
  if (!reply.starts_with("HTTP/1.1 200")) {
    throw std::runtime_error("pawl-sandbox: " + std::string{method} + ' ' + std::string{path} + ": " +
                             (reply.empty() ? stream.error().message() : answer));
  }
  return answer;
}

}  // namespace pawl::test
