{% block subject %}Le piden una revisión en {{ clinic }}{% endblock %}
{% block lead %}{{ person_acting }} le pidió el {{ at }} que revise un artículo de {{ clinic }}: {{ title }}.{% endblock %}
{% block action %}{% endblock %}
{% block note %}Entre en el área del personal para leerlo, comentarlo y firmarlo. Solo sus colegas de allí ven que se lo han
pedido.{% endblock %}
