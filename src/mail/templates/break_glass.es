{% block subject %}Acceso de emergencia a las consultas de {{ clinic }}{% endblock %}
{% block lead %}{{ person_acting }} abrió un acceso de emergencia a las consultas de {{ clinic }} el {{ at }}. Termina el
{{ until }}.{% endblock %}
{% block action %}{% endblock %}
{% block note %}El motivo escrito consta en el registro de auditoría. Recibe este correo porque es una de las personas
propietarias.{% endblock %}
