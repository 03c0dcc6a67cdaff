// What is sold, as a file says it.
#include "services/orders/adapters/product_file.hpp"

#include <gtest/gtest.h>

namespace gatehouse::orders {
namespace {

TEST(ProductFile, IsReadWhole) {
  const auto products = products_in(
      R"({"products": [{"sku": "mug", "name": "A mug", "price": 1850, "currency": "EUR", "stock": 7}]})");

  ASSERT_TRUE(products);
  const Product mug{"mug", "A mug", {1'850, Currency::from_code("EUR").value()}, {7, 0, 0}};
  EXPECT_EQ(*products, std::vector{mug});
}

TEST(ProductFile, SaysWhatIsWrongAndWhere) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"{", ""},
      {"{}", "products: is required"},
      {R"({"products": [1]})", "products[0]: must be an object"},
      {R"({"products": [{"sku": "a b", "name": "x", "price": 1, "currency": "EUR", "stock": 1}]})",
       "products[0].sku: must be made of letters, digits and . _ -"},
      {R"({"products": [{"sku": "a", "name": "x", "price": 1, "currency": "XXX", "stock": 1}]})",
       "products[0].currency: must be an ISO 4217 code"},
      {R"({"products": [{"sku": "a", "name": "x", "price": 1, "currency": "EUR", "stock": 1, "colour": "red"}]})",
       "products[0].colour: unknown key"}};
  for (const auto& [text, detail] : cases) {
    const auto products = products_in(text);
    ASSERT_FALSE(products) << text;
    if (!detail.empty())
      EXPECT_NE(products.error().detail.find(detail.substr(0, detail.find(':'))), std::string::npos)
          << products.error().detail;
  }
}

TEST(ProductFile, ThatIsNotThereIsNamed) {
  const auto products = read_products("/nowhere/products.json");

  ASSERT_FALSE(products);
  EXPECT_NE(products.error().detail.find("/nowhere/products.json"), std::string::npos);
}

}  // namespace
}  // namespace gatehouse::orders
