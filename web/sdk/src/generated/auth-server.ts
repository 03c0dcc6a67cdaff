// From openapi/auth-server.yaml by `npm run generate`; not to be edited.
export interface paths {
    "/realms/{realm}/.well-known/openid-configuration": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
            };
            cookie?: never;
        };
        /** OpenID Connect Discovery 1.0 */
        get: operations["getOpenIdConfiguration"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/realms/{realm}/.well-known/oauth-authorization-server": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
            };
            cookie?: never;
        };
        /** RFC 8414, below the issuer */
        get: operations["getAuthorizationServerMetadata"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/oauth-authorization-server/realms/{realm}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
            };
            cookie?: never;
        };
        /** RFC 8414 section 3, before the issuer's path */
        get: operations["getAuthorizationServerMetadataBeforeIssuer"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/realms/{realm}/protocol/openid-connect/certs": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
            };
            cookie?: never;
        };
        /** The realm's public keys (RFC 7517); the next one is here before it signs */
        get: operations["getKeys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/realms/{realm}/protocol/openid-connect/auth": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
            };
            cookie?: never;
        };
        /**
         * Start a login (RFC 6749 section 4.1.1)
         * @description Errors go back to `redirect_uri` only once client and URI are known to belong together; before that the person
         *     sees a page. The answer's parameters are state, session_state, iss and, last, code.
         */
        get: operations["authorize"];
        put?: never;
        /** The same, with the parameters in a form */
        post: operations["authorizeByForm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/realms/{realm}/login-actions/authenticate": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The login form comes back
         * @description The query is what the page's form carried; it is bound to the browser by a cookie.
         */
        post: operations["logIn"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/realms/{realm}/protocol/openid-connect/registrations": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
            };
            cookie?: never;
        };
        /**
         * The page to sign up, where the realm says registrationAllowed
         * @description Keycloak's endpoint. The parameters are those of the authorization endpoint, which shows the same page with
         *     prompt=create (OpenID Connect Prompt Create 1.0).
         */
        get: operations["register"];
        put?: never;
        /** The same, with the parameters in a form */
        post: operations["registerByForm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/realms/{realm}/login-actions/registration": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The registration form comes back
         * @description The query is what the page's form carried; it is bound to the browser by a cookie. Creates the person with the
         *     realm's defaultRoles and goes on as after a login. What cannot be taken is said at the page. 429 after ten tries
         *     from one address within a minute.
         */
        post: operations["signUp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/realms/{realm}/protocol/openid-connect/token": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** From a grant to tokens */
        post: operations["getTokens"];
        delete?: never;
        /** May this origin ask? */
        options: operations["preflightToken"];
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/realms/{realm}/protocol/openid-connect/userinfo": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
            };
            cookie?: never;
        };
        /** Claims about the person of an access token with the scope openid */
        get: operations["getUserInfo"];
        put?: never;
        /** The same; the token may stand in the form as access_token */
        post: operations["postUserInfo"];
        delete?: never;
        /** May this origin ask? */
        options: operations["preflightUserInfo"];
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/realms/{realm}/protocol/openid-connect/token/introspect": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Whether a token holds (RFC 7662), for confidential clients that it concerns */
        post: operations["introspect"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/realms/{realm}/protocol/openid-connect/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End a refresh token with its family, or an access token (RFC 7009) */
        post: operations["revoke"];
        delete?: never;
        /** May this origin ask? */
        options: operations["preflightRevoke"];
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/realms/{realm}/protocol/openid-connect/logout": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
            };
            cookie?: never;
        };
        /**
         * RP-Initiated Logout 1.0
         * @description The session cookie decides who is logged out; without a hint the person is asked.
         */
        get: operations["logOut"];
        put?: never;
        /** The same by form; with client credentials and refresh_token for applications without a browser */
        post: operations["logOutByForm"];
        delete?: never;
        /** May this origin ask? */
        options: operations["preflightLogout"];
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/realms/{realm}/protocol/openid-connect/logout/logout-confirm": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The confirmation page comes back */
        post: operations["confirmLogout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/realms/{realm}/protocol/openid-connect/auth/device": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A device without a browser asks to be let in (RFC 8628)
         * @description The client needs the attribute oauth2.device.authorization.grant.enabled.
         */
        post: operations["startDevice"];
        delete?: never;
        /** May this origin ask? */
        options: operations["preflightDevice"];
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/realms/{realm}/device": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
            };
            cookie?: never;
        };
        /** Where a person enters the code that a device shows */
        get: operations["enterDeviceCode"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/realms/{realm}/device/code": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The code comes back; the login or the question follows */
        post: operations["sendDeviceCode"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/realms/{realm}/device/login": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The login form comes back; the question follows */
        post: operations["logInForDevice"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/realms/{realm}/device/answer": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Whether the device is let in */
        post: operations["answerDevice"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/realms/{realm}/users/{user}/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
                /** @description The id of a person */
                user: components["parameters"]["User"];
            };
            cookie?: never;
        };
        /**
         * The open sessions of a person, the newest first, at most 100
         * @description Keycloak's. For the realm role admin, or realm-admin, manage-users or view-users of the client realm-management.
         */
        get: operations["listUserSessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/realms/{realm}/users/{user}/logout": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
                /** @description The id of a person */
                user: components["parameters"]["User"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ends all sessions of a person
         * @description The gateway refuses their access tokens within a second. Not for view-users.
         */
        post: operations["logOutUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/realms/{realm}/sessions/{session}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
                session: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Ends one session
         * @description The gateway refuses its access tokens within a second. Not for view-users.
         */
        delete: operations["endSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/internal/realms/{realm}/ended-sessions": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
            };
            cookie?: never;
        };
        /**
         * Which sessions have ended while their access tokens may still live
         * @description Caller gateway, which asks twice a second and refuses such tokens. No route of the gateway leads here.
         */
        get: operations["listEndedSessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Tokens: {
            /** @description A JWT; typ Bearer */
            access_token: string;
            expires_in: number;
            refresh_expires_in: number;
            /** @description Has the shape of a JWT; rotates at every use */
            refresh_token?: string;
            /** @constant */
            token_type: "Bearer";
            /** @description With the scope openid */
            id_token?: string;
            "not-before-policy": number;
            session_state?: string;
            scope: string;
        };
        UserSession: {
            id: string;
            username: string;
            userId: string;
            /** @description Unix milliseconds */
            start: number;
            /** @description Unix milliseconds */
            lastAccess: number;
            rememberMe: boolean;
            clients: {
                [key: string]: string;
            };
        };
        KeySet: {
            keys: {
                /** @description RFC 7638 thumbprint */
                kid: string;
                /** @enum {unknown} */
                kty: "EC" | "RSA";
                /** @enum {unknown} */
                alg: "ES256" | "RS256";
                /** @constant */
                use: "sig";
            }[];
        };
    };
    responses: {
        /** @description A page for the person */
        Page: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "text/html": string;
            };
        };
        /** @description The browser goes on, to the client or within this server */
        BackToClient: {
            headers: {
                Location?: string;
                [name: string]: unknown;
            };
            content?: never;
        };
        /** @description Where everything is and what is supported */
        Metadata: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": Record<string, never>;
            };
        };
        /** @description Claims */
        UserInfo: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": {
                    sub: string;
                    name?: string;
                    given_name?: string;
                    family_name?: string;
                    preferred_username?: string;
                    email?: string;
                    email_verified?: boolean;
                };
            };
        };
        /** @description With the headers of CORS if some client of the realm has this origin */
        Preflight: {
            headers: {
                [name: string]: unknown;
            };
            content?: never;
        };
        /** @description What went wrong */
        OAuthError: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": {
                    /** @example invalid_grant */
                    error: string;
                    error_description?: string;
                };
            };
        };
    };
    parameters: {
        Realm: string;
        /** @description The id of a person */
        User: string;
    };
    requestBodies: {
        Form: {
            content: {
                "application/x-www-form-urlencoded": Record<string, never>;
            };
        };
        Token: {
            content: {
                "application/x-www-form-urlencoded": {
                    token: string;
                    token_type_hint?: string;
                    client_id?: string;
                    /** Format: password */
                    client_secret?: string;
                };
            };
        };
    };
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getOpenIdConfiguration: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Metadata"];
            404: components["responses"]["OAuthError"];
        };
    };
    getAuthorizationServerMetadata: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Metadata"];
            404: components["responses"]["OAuthError"];
        };
    };
    getAuthorizationServerMetadataBeforeIssuer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Metadata"];
            404: components["responses"]["OAuthError"];
        };
    };
    getKeys: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A JWK Set */
            200: {
                headers: {
                    "Cache-Control"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeySet"];
                };
            };
            404: components["responses"]["OAuthError"];
        };
    };
    authorize: {
        parameters: {
            query: {
                client_id: string;
                redirect_uri: string;
                response_type: "code";
                code_challenge: string;
                code_challenge_method: "S256";
                scope?: string;
                state?: string;
                nonce?: string;
                response_mode?: "query" | "fragment";
                prompt?: string;
                max_age?: number;
                login_hint?: string;
                id_token_hint?: string;
            };
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Page"];
            302: components["responses"]["BackToClient"];
            400: components["responses"]["Page"];
            404: components["responses"]["Page"];
            503: components["responses"]["Page"];
        };
    };
    authorizeByForm: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
            };
            cookie?: never;
        };
        requestBody?: components["requestBodies"]["Form"];
        responses: {
            200: components["responses"]["Page"];
            302: components["responses"]["BackToClient"];
            400: components["responses"]["Page"];
            404: components["responses"]["Page"];
            503: components["responses"]["Page"];
        };
    };
    logIn: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-www-form-urlencoded": {
                    username?: string;
                    /** Format: password */
                    password?: string;
                };
            };
        };
        responses: {
            200: components["responses"]["Page"];
            303: components["responses"]["BackToClient"];
            400: components["responses"]["Page"];
            404: components["responses"]["Page"];
            503: components["responses"]["Page"];
        };
    };
    register: {
        parameters: {
            query: {
                client_id: string;
                redirect_uri: string;
                response_type: "code";
                code_challenge: string;
                code_challenge_method: "S256";
                scope?: string;
                state?: string;
                nonce?: string;
                response_mode?: "query" | "fragment";
                prompt?: string;
                max_age?: number;
                login_hint?: string;
                id_token_hint?: string;
            };
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Page"];
            302: components["responses"]["BackToClient"];
            400: components["responses"]["Page"];
            404: components["responses"]["Page"];
            503: components["responses"]["Page"];
        };
    };
    registerByForm: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
            };
            cookie?: never;
        };
        requestBody?: components["requestBodies"]["Form"];
        responses: {
            200: components["responses"]["Page"];
            302: components["responses"]["BackToClient"];
            400: components["responses"]["Page"];
            404: components["responses"]["Page"];
            503: components["responses"]["Page"];
        };
    };
    signUp: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-www-form-urlencoded": {
                    username?: string;
                    email?: string;
                    firstName?: string;
                    lastName?: string;
                    /** Format: password */
                    password?: string;
                    /** Format: password */
                    "password-confirm"?: string;
                };
            };
        };
        responses: {
            200: components["responses"]["Page"];
            303: components["responses"]["BackToClient"];
            400: components["responses"]["Page"];
            404: components["responses"]["Page"];
            429: components["responses"]["Page"];
            503: components["responses"]["Page"];
        };
    };
    getTokens: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-www-form-urlencoded": {
                    /** @enum {unknown} */
                    grant_type: "authorization_code" | "refresh_token" | "client_credentials" | "urn:ietf:params:oauth:grant-type:device_code";
                    client_id?: string;
                    /** Format: password */
                    client_secret?: string;
                    code?: string;
                    /** Format: uri */
                    redirect_uri?: string;
                    code_verifier?: string;
                    device_code?: string;
                    refresh_token?: string;
                    scope?: string;
                };
            };
        };
        responses: {
            /** @description Tokens */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tokens"];
                };
            };
            400: components["responses"]["OAuthError"];
            401: components["responses"]["OAuthError"];
            404: components["responses"]["OAuthError"];
            503: components["responses"]["OAuthError"];
        };
    };
    preflightToken: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: components["responses"]["Preflight"];
            404: components["responses"]["OAuthError"];
        };
    };
    getUserInfo: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["UserInfo"];
            400: components["responses"]["OAuthError"];
            401: components["responses"]["OAuthError"];
            403: components["responses"]["OAuthError"];
            404: components["responses"]["OAuthError"];
            503: components["responses"]["OAuthError"];
        };
    };
    postUserInfo: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
            };
            cookie?: never;
        };
        requestBody?: components["requestBodies"]["Form"];
        responses: {
            200: components["responses"]["UserInfo"];
            400: components["responses"]["OAuthError"];
            401: components["responses"]["OAuthError"];
            403: components["responses"]["OAuthError"];
            404: components["responses"]["OAuthError"];
            503: components["responses"]["OAuthError"];
        };
    };
    preflightUserInfo: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: components["responses"]["Preflight"];
            404: components["responses"]["OAuthError"];
        };
    };
    introspect: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
            };
            cookie?: never;
        };
        requestBody: components["requestBodies"]["Token"];
        responses: {
            /** @description The token's claims with `active` true, or `active` false alone */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        active: boolean;
                    };
                };
            };
            400: components["responses"]["OAuthError"];
            401: components["responses"]["OAuthError"];
            403: components["responses"]["OAuthError"];
            404: components["responses"]["OAuthError"];
            503: components["responses"]["OAuthError"];
        };
    };
    revoke: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
            };
            cookie?: never;
        };
        requestBody: components["requestBodies"]["Token"];
        responses: {
            /** @description Revoked, or not a token of this server */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["OAuthError"];
            401: components["responses"]["OAuthError"];
            404: components["responses"]["OAuthError"];
            503: components["responses"]["OAuthError"];
        };
    };
    preflightRevoke: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: components["responses"]["Preflight"];
            404: components["responses"]["OAuthError"];
        };
    };
    logOut: {
        parameters: {
            query?: {
                id_token_hint?: string;
                client_id?: string;
                post_logout_redirect_uri?: string;
                state?: string;
            };
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Page"];
            302: components["responses"]["BackToClient"];
            400: components["responses"]["Page"];
            404: components["responses"]["Page"];
            503: components["responses"]["Page"];
        };
    };
    logOutByForm: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
            };
            cookie?: never;
        };
        requestBody?: components["requestBodies"]["Form"];
        responses: {
            200: components["responses"]["Page"];
            /** @description The session of the refresh token has ended */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            303: components["responses"]["BackToClient"];
            400: components["responses"]["Page"];
            401: components["responses"]["OAuthError"];
            404: components["responses"]["Page"];
            503: components["responses"]["Page"];
        };
    };
    preflightLogout: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: components["responses"]["Preflight"];
            404: components["responses"]["OAuthError"];
        };
    };
    confirmLogout: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Page"];
            303: components["responses"]["BackToClient"];
            400: components["responses"]["Page"];
            404: components["responses"]["Page"];
            503: components["responses"]["Page"];
        };
    };
    startDevice: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-www-form-urlencoded": {
                    client_id?: string;
                    /** Format: password */
                    client_secret?: string;
                    scope?: string;
                };
            };
        };
        responses: {
            /** @description What the device shows, and what it polls the token endpoint with */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        device_code: string;
                        user_code: string;
                        /** Format: uri */
                        verification_uri: string;
                        /** Format: uri */
                        verification_uri_complete: string;
                        /** @description seconds */
                        expires_in: number;
                        /** @description seconds between two polls */
                        interval: number;
                    };
                };
            };
            400: components["responses"]["OAuthError"];
            401: components["responses"]["OAuthError"];
            404: components["responses"]["OAuthError"];
            429: components["responses"]["OAuthError"];
            503: components["responses"]["OAuthError"];
        };
    };
    preflightDevice: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: components["responses"]["Preflight"];
            404: components["responses"]["OAuthError"];
        };
    };
    enterDeviceCode: {
        parameters: {
            query?: {
                /** @description filled in; never taken without a click */
                user_code?: string;
            };
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Page"];
            400: components["responses"]["Page"];
            404: components["responses"]["Page"];
            503: components["responses"]["Page"];
        };
    };
    sendDeviceCode: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
            };
            cookie?: never;
        };
        requestBody?: components["requestBodies"]["Form"];
        responses: {
            200: components["responses"]["Page"];
            400: components["responses"]["Page"];
            404: components["responses"]["Page"];
            429: components["responses"]["Page"];
            503: components["responses"]["Page"];
        };
    };
    logInForDevice: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
            };
            cookie?: never;
        };
        requestBody?: components["requestBodies"]["Form"];
        responses: {
            200: components["responses"]["Page"];
            400: components["responses"]["Page"];
            404: components["responses"]["Page"];
            503: components["responses"]["Page"];
        };
    };
    answerDevice: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
            };
            cookie?: never;
        };
        requestBody?: components["requestBodies"]["Form"];
        responses: {
            200: components["responses"]["Page"];
            400: components["responses"]["Page"];
            404: components["responses"]["Page"];
            503: components["responses"]["Page"];
        };
    };
    listUserSessions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
                /** @description The id of a person */
                user: components["parameters"]["User"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description UserSessionRepresentations; no addresses, for none are kept */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserSession"][];
                };
            };
            400: components["responses"]["OAuthError"];
            401: components["responses"]["OAuthError"];
            403: components["responses"]["OAuthError"];
            404: components["responses"]["OAuthError"];
            503: components["responses"]["OAuthError"];
        };
    };
    logOutUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
                /** @description The id of a person */
                user: components["parameters"]["User"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description They have ended */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["OAuthError"];
            401: components["responses"]["OAuthError"];
            403: components["responses"]["OAuthError"];
            404: components["responses"]["OAuthError"];
            503: components["responses"]["OAuthError"];
        };
    };
    endSession: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
                session: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It has ended */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["OAuthError"];
            401: components["responses"]["OAuthError"];
            403: components["responses"]["OAuthError"];
            404: components["responses"]["OAuthError"];
            503: components["responses"]["OAuthError"];
        };
    };
    listEndedSessions: {
        parameters: {
            query?: {
                /** @description Unix milliseconds */
                since?: number;
            };
            header?: never;
            path: {
                realm: components["parameters"]["Realm"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ids, and for how long they are worth remembering */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Unix milliseconds */
                        now: number;
                        keep_seconds: number;
                        sessions: string[];
                    };
                };
            };
            /** @description A problem document */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem document */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem document */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
}
