// validatorUrl null: the badge would send the address of this service elsewhere.
// persistAuthorization false: a key typed here is gone with the page.
window.addEventListener("load", () => {
  SwaggerUIBundle({
    url: "/openapi-3.0.json",
    dom_id: "#calls",
    deepLinking: true,
    validatorUrl: null,
    persistAuthorization: false,
    displayRequestDuration: true,
    presets: [SwaggerUIBundle.presets.apis],
  });
});
