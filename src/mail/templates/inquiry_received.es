{% block subject %}{% if stat %}URGENTE: {% endif %}Nueva consulta en {{ clinic }}{% endblock %}
{% block lead %}El {{ at }} llegó una consulta por el formulario «{{ form }}»{% if location %} para {{ location }}{% endif %}.
{%- if stat %} Dice algo que pide atención inmediata: véala ahora, por favor.{% endif %}
{%- if due %} La primera respuesta se espera antes del {{ due }}.{% endif %}{% endblock %}
{% block action %}Leer la consulta{% endblock %}
{% block note %}Esta carta no contiene nada de lo escrito ni dice quién lo escribió. Entre para leerlo; lo que lea allí se
queda allí.{% endblock %}
