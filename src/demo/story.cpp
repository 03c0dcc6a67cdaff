#include "demo/story.hpp"

#include <thread>

#include <fmt/format.h>

#include "core/ids.hpp"

namespace gatehouse::demo {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kConfirmPatience{20'000};
constexpr milliseconds kPollPause{100};

// What every order of the story buys.
constexpr std::int64_t kQuantity = 2;

std::string order_path(const Story& story) {
  return "/orders/" + story.order;
}
std::string payment_path(const Story& story) {
  return "/payments/" + story.payment;
}

Result<void> read_discovery(Story& story) {
  story.narrator.look_at({"issuer", "authorization_endpoint", "token_endpoint", "jwks_uri"});
  const auto document = story.alice.agent.ask(get(std::string(kDiscoveryPath)), 200);
  if (!document) return fail(document);
  auto endpoints = Endpoints::from_document(*document);
  if (!endpoints) return fail(endpoints);
  story.endpoints = std::move(*endpoints);
  return {};
}

Result<void> sign_alice_in(Story& story) {
  SignIn login(story.alice.agent, story.endpoints);
  story.narrator.remark("The storefront sends her browser to the login page, with a PKCE challenge.");
  const auto form = login.open_page();
  if (!form) return fail(form);
  story.narrator.remark("She types name and password; the browser is sent back with a code.");
  const auto code = login.submit(*form, story.alice.name, story.alice.password);
  if (!code) return fail(code);
  story.narrator.remark("The storefront redeems the code with its verifier, and checks the ID token.");
  story.narrator.look_at({"token_type", "expires_in", "access_token", "refresh_token"});
  auto tokens = login.redeem(*code);
  if (!tokens) return fail(tokens);
  story.alice.tokens = std::move(*tokens);
  return {};
}

Result<void> show_who_she_is(Story& story) {
  const auto reply =
      story.alice.agent.ask(get(story.endpoints.userinfo, story.alice.tokens.access.reveal()), 200);
  if (!reply) return fail(reply);
  if (text_at(*reply, "/preferred_username") != story.alice.name) return unexpected("userinfo is not hers");
  return {};
}

Result<void> browse_products(Story& story) {
  const auto reply = story.alice.agent.ask(get("/products"), 200);
  if (!reply) return fail(reply);
  const auto sku = text_at(*reply, "/data/0/sku");
  const auto price = number_at(*reply, "/data/0/price");
  if (!sku || !price) return unexpected("there is nothing to buy");
  story.sku = *sku;
  story.total = *price * kQuantity;
  return {};
}

Result<void> place_order(Story& story) {
  const json::object body{{"items", {{{"sku", story.sku}, {"quantity", kQuantity}}}},
                          {"payment_method", "pm_card_visa"}};
  const auto request =
      post_json("/orders", body, story.alice.tokens.access.reveal(), "demo-" + core::random_token(16));
  story.narrator.look_at({"id", "status", "total", "currency"});
  const auto placed = story.alice.agent.ask(request, 201);
  if (!placed) return fail(placed);
  story.order = text_at(*placed, "/id").value_or("");
  if (story.order.empty() || number_at(*placed, "/total") != story.total)
    return unexpected("the order does not cost what the products cost");

  story.narrator.remark("The answer might have been lost: the same request again is the same order.");
  const auto again = story.alice.agent.ask(request, 201);
  if (!again) return fail(again);
  if (again->content != placed->content || again->headers.get("Idempotent-Replayed") != "true")
    return unexpected("the repeated request was not answered as the first");
  return {};
}

Result<void> wait_for_confirmation(Story& story) {
  story.narrator.look_at({"id", "status", "total", "payment_id"});
  const auto deadline = Deadline::after(kConfirmPatience);
  for (;;) {
    const auto order = story.alice.agent.ask(get(order_path(story), story.alice.tokens.access.reveal()), 200);
    if (!order) return fail(order);
    const auto status = text_at(*order, "/status").value_or("");
    if (status == "confirmed") {
      story.payment = text_at(*order, "/payment_id").value_or("");
      return story.payment.empty() ? Result<void>(unexpected("a confirmed order names no payment"))
                                   : Result<void>{};
    }
    if (status != "pending") return unexpected(fmt::format("the order is {}", status));
    if (deadline.is_over()) return unexpected("the order is still pending");
    std::this_thread::sleep_for(kPollPause);
  }
}

// What the provider's statement says that this payment moved in all.
Result<std::int64_t> net_at_provider(Story& story) {
  std::int64_t net = 0;
  std::int64_t after = 0;
  for (;;) {
    const auto page =
        story.at_the_provider.ask(get(fmt::format("/v1/statement?after={}&limit=100", after)), 200);
    if (!page) return fail(page);
    const auto document = json::parse(page->content);
    for (const json::value& line : document.at("data").as_array()) {
      after = line.at("sequence").as_int64();
      if (line.at("payment_id") != json::string(story.payment)) continue;
      net += line.at("net").as_int64();
      story.narrator.remark(
          fmt::format("provider: {} {} {} for {}", std::string_view(line.at("type").as_string()),
                      line.at("amount").as_int64(), std::string_view(line.at("currency").as_string()),
                      std::string_view(line.at("reference").as_string())));
    }
    if (!document.at("has_more").as_bool()) return net;
  }
}

Result<void> compare_with_provider(Story& story) {
  const auto net = net_at_provider(story);
  if (!net) return fail(net);
  if (*net != story.total)
    return unexpected(fmt::format("the provider moved {} instead of {}", *net, story.total));
  return {};
}

Result<void> refuse_alice_the_payment(Story& story) {
  const auto reply = story.alice.agent.ask(get(payment_path(story), story.alice.tokens.access.reveal()), 403);
  return reply ? Result<void>{} : Result<void>(fail(reply));
}

// As Alice did, but it need not be shown again.
Result<void> sign_in_quietly(Story& story, Person& person) {
  story.narrator.remark("Login as before: page, code, tokens.");
  person.agent.on_exchange({});
  auto tokens = sign_in(person.agent, story.endpoints, person.name, person.password);
  story.show_exchanges_of(person);
  if (!tokens) return fail(tokens);
  person.tokens = std::move(*tokens);
  return {};
}

Result<void> show_pia_the_payment(Story& story) {
  if (auto signed_in = sign_in_quietly(story, story.pia); !signed_in) return signed_in;
  story.narrator.look_at({"id", "status", "amount", "currency", "amount_captured", "reference"});
  const auto payment = story.pia.agent.ask(get(payment_path(story), story.pia.tokens.access.reveal()), 200);
  if (!payment) return fail(payment);
  if (text_at(*payment, "/status") != "captured" || number_at(*payment, "/amount_captured") != story.total)
    return unexpected("the payment is not captured in full");
  if (text_at(*payment, "/reference") != story.order) return unexpected("the payment is for something else");
  return {};
}

Result<void> refuse_bob_the_order(Story& story) {
  if (auto signed_in = sign_in_quietly(story, story.bob); !signed_in) return signed_in;
  const auto reply = story.bob.agent.ask(get(order_path(story), story.bob.tokens.access.reveal()), 404);
  return reply ? Result<void>{} : Result<void>(fail(reply));
}

Result<void> refund(Story& story) {
  const json::object body{{"reason", "requested_by_customer"}};
  story.narrator.look_at({"id", "payment_id", "status", "amount", "currency"});
  const auto refunded =
      story.pia.agent.ask(post_json(payment_path(story) + "/refunds", body, story.pia.tokens.access.reveal(),
                                    "demo-" + core::random_token(16)),
                          201);
  if (!refunded) return fail(refunded);
  if (number_at(*refunded, "/amount") != story.total) return unexpected("the refund is not the whole amount");
  story.narrator.look_at({"id", "status", "amount_captured", "amount_refunded"});
  const auto payment = story.pia.agent.ask(get(payment_path(story), story.pia.tokens.access.reveal()), 200);
  if (!payment) return fail(payment);
  if (text_at(*payment, "/status") != "refunded") return unexpected("the payment is not refunded");
  const auto net = net_at_provider(story);
  if (!net) return fail(net);
  if (*net != 0) return unexpected(fmt::format("{} is still with the merchant", *net));
  return {};
}

Result<void> refresh_tokens(Story& story) {
  story.narrator.look_at({"token_type", "expires_in", "access_token", "refresh_token"});
  auto tokens = refresh(story.alice.agent, story.endpoints, story.alice.tokens.refresh);
  if (!tokens) return fail(tokens);
  if (tokens->refresh.reveal() == story.alice.tokens.refresh.reveal())
    return unexpected("the refresh token was not replaced");
  story.alice.tokens = std::move(*tokens);
  const auto reply =
      story.alice.agent.ask(get(story.endpoints.userinfo, story.alice.tokens.access.reveal()), 200);
  return reply ? Result<void>{} : Result<void>(fail(reply));
}

Result<void> sign_alice_out(Story& story) {
  const core::FormPairs query{{"id_token_hint", std::string(story.alice.tokens.id.reveal())},
                              {"post_logout_redirect_uri", std::string(kRedirectUri)},
                              {"state", "goodbye"}};
  const auto reply =
      story.alice.agent.ask(get(story.endpoints.end_session + "?" + core::encode_form(query)), 302);
  if (!reply) return fail(reply);
  if (!reply->headers.get("Location").starts_with(kRedirectUri))
    return unexpected("the logout does not lead back to the application");
  return {};
}

Result<void> refuse_old_refresh_token(Story& story) {
  const auto reply = story.alice.agent.ask(
      post_form(story.endpoints.token, {{"grant_type", "refresh_token"},
                                        {"client_id", std::string(kClient)},
                                        {"refresh_token", std::string(story.alice.tokens.refresh.reveal())}}),
      400);
  if (!reply) return fail(reply);
  if (text_at(*reply, "/error") != "invalid_grant") return unexpected("the refusal is not invalid_grant");
  return {};
}

constexpr Step kSteps[] = {
    {"What the auth server offers", read_discovery},
    {"Alice signs in: authorization code with PKCE, through the login page", sign_alice_in},
    {"Who the application now knows her to be", show_who_she_is},
    {"The products", browse_products},
    {"Alice places an order, twice by accident", place_order},
    {"The order is paid and confirmed behind the scenes", wait_for_confirmation},
    {"The payment provider's own statement says the same (asked directly, over mutual TLS)",
     compare_with_provider},
    {"Payments are not for customers: Alice is refused", refuse_alice_the_payment},
    {"Pia, who has the role payment, signs in and sees it", show_pia_the_payment},
    {"Bob, another customer, cannot even see that the order exists", refuse_bob_the_order},
    {"Pia refunds the payment", refund},
    {"Alice's tokens are refreshed", refresh_tokens},
    {"Alice signs out", sign_alice_out},
    {"Her last refresh token is worthless now", refuse_old_refresh_token},
};

}  // namespace

Person::Person(std::string name_, Secret password_, const http::Target& gateway, const std::string& host)
    : name(std::move(name_)), password(std::move(password_)), agent(gateway, {.host_header = host}) {}

Story::Story(const supervisor::Platform& platform, Narrator& narrator_, const http::Target& gateway,
             const http::Target& provider, std::array<Secret, 3> passwords)
    : narrator(narrator_),
      alice("alice", std::move(passwords[0]), gateway, fmt::format("localhost:{}", platform.gateway_https)),
      bob("bob", std::move(passwords[1]), gateway, fmt::format("localhost:{}", platform.gateway_https)),
      pia("pia", std::move(passwords[2]), gateway, fmt::format("localhost:{}", platform.gateway_https)),
      at_the_provider(provider, {}) {
  for (Person* person : {&alice, &bob, &pia}) show_exchanges_of(*person);
}

void Story::show_exchanges_of(Person& person) {
  person.agent.on_exchange(
      [this](const http::Request& request, const http::Reply& reply) { narrator.show(request, reply); });
}

Result<std::unique_ptr<Story>> Story::open(const supervisor::Platform& platform, Narrator& narrator) {
  const supervisor::Layout layout{platform.data};
  std::array<Secret, 3> passwords;
  for (std::size_t i = 0; const auto* name : {"alice", "bob", "pia"}) {
    auto password = password_of(name, layout.credentials_file());
    if (!password) return fail(password);
    passwords[i++] = std::move(*password);
  }
  const auto gateway = https_target(layout.ca_file(), platform.gateway_https);
  if (!gateway) return fail(gateway);
  const auto provider =
      https_target(layout.ca_file(), platform.plan_of("provider-sim").port, layout.instance_dir("demo"));
  if (!provider) return fail(provider);
  return std::make_unique<Story>(platform, narrator, *gateway, *provider, std::move(passwords));
}

std::span<const Step> steps() {
  return kSteps;
}

}  // namespace gatehouse::demo
