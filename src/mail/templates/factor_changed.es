{% block subject %}Se cambió su segundo factor para {{ clinic }}{% endblock %}
{% block lead %}
{%- if what == "totp_added" %}Se añadió una aplicación de autenticación a
{%- elif what == "totp_removed" %}Se quitó la aplicación de autenticación de
{%- elif what == "passkey_added" %}Se añadió una llave de acceso a
{%- elif what == "passkey_removed" %}Se quitó una llave de acceso de
{%- elif what == "all_removed" %}Se quitaron todos los segundos factores de
{%- else %}Se crearon códigos de recuperación nuevos, y los anteriores ya no valen, para
{%- endif %} su cuenta en el área del personal de {{ clinic }} el {{ at }}.{% endblock %}
{% block action %}{% endblock %}
{% block note %}Si no fue usted, cambie enseguida su contraseña y avise a una persona propietaria del área del
personal.{% endblock %}
